// One walk over a live heap, with every chunk that it met. All that knows how a walk is called is here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"
#include "malloc/blocks_program.h"

namespace nmtx::test {

struct MetChunk {
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    std::uint64_t usable = 0;
    std::uint32_t arena = 0;
    ChunkState state = ChunkState::live;
};

struct LiveWalk {
    GlibcHeap heap;
    std::vector<MetChunk> chunks;        // in the order of the walk
    std::uint64_t not_walked_bytes = 0;  // resident

    [[nodiscard]] std::uint64_t live_bytes() const;
    // The chunk whose header is at this address; null where the walk met none.
    [[nodiscard]] const MetChunk* at(std::uint64_t header) const;
};

// Throws where the process cannot be read.
LiveWalk walk_live(std::uint64_t pid, const Glibc& glibc);

// Resident pages of all mappings, and what statm counts.
struct ResidentPages {
    std::vector<Range> present;
    std::uint64_t statm_pages = 0;
    friend bool operator==(const ResidentPages&, const ResidentPages&) = default;
};
ResidentPages resident_pages(std::uint64_t pid);

}  // namespace nmtx::test
