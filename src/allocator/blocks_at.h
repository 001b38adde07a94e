// Which of some addresses are blocks of malloc that are in use. A separate walk, because the one that counts
// blocks keeps no addresses.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "allocator/walk_malloc.h"

namespace nmtx {

struct BlockAt {
    std::uint64_t address = 0;  // as malloc returned it
    std::uint64_t usable = 0;
};

// A sink for chunk_walk.h. `addresses`: ascending.
class BlockFinder {
  public:
    explicit BlockFinder(std::span<const std::uint64_t> addresses) : addresses_(addresses) {}

    void begin(const ChunkRegion& /*region*/, Bytes /*resident*/) {}
    void lost(const ChunkRegion& /*region*/, std::uint64_t /*bytes*/) {}
    void chunk(const Chunk& chunk);
    std::vector<BlockAt> take() { return std::move(found_); }

  private:
    std::span<const std::uint64_t> addresses_;
    std::vector<BlockAt> found_;
};

struct BlocksAt {
    std::vector<BlockAt> blocks;
    std::string why_not_walked;  // then there are none
};
BlocksAt live_blocks_at(const MallocRequest& request, std::span<const std::uint64_t> addresses,
                        TargetMemory& memory);

}  // namespace nmtx
