// Some of the untracked live blocks of one size, for looking at their contents. A separate walk, because the
// one that counts blocks keeps no addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "allocator/walk_malloc.h"

namespace nmtx {

struct BlockSample {
    std::vector<Range> blocks;   // their usable bytes; ascending
    std::uint64_t of = 0;        // how many of that size the walk found
    std::vector<Bytes> nearest;  // nearest usable sizes of other such blocks, a few on either side; ascending
};

// A sink for chunk_walk.h. Every block has the same chance to be chosen: taking every n-th would only see
// one kind where two are allocated in turn. The same heap gives the same sample.
class BlockSampler {
  public:
    // `tally` knows which blocks NMT tracks.
    BlockSampler(Bytes usable, std::size_t most, const BlockTally& tally)
        : usable_(usable.value()), most_(most), tally_(tally) {}

    void begin(const ChunkRegion& /*region*/, Bytes /*resident*/) {}
    void lost(const ChunkRegion& /*region*/, std::uint64_t /*bytes*/) {}
    void chunk(const Chunk& chunk);
    [[nodiscard]] BlockSample finish();

  private:
    void choose(Range block);
    void note_near(const Chunk& chunk);
    std::uint64_t below(std::uint64_t bound);

    std::uint64_t usable_;
    std::size_t most_;
    const BlockTally& tally_;
    BlockSample sample_;
    std::vector<std::uint64_t> smaller_, larger_;  // nearest first
    std::uint64_t random_ = 1;
};

// At most `most` blocks of `usable` bytes. Empty where no glibc heap was found.
BlockSample sample_blocks(const MallocRequest& request, Bytes usable, std::size_t most, TargetMemory& memory);

}  // namespace nmtx
