// zlib's malloc memory, by the blocks that the walk recognised.
#pragma once

#include <algorithm>
#include <cstdint>

#include "allocator/malloc_walk.h"

namespace nmtx {

struct ZlibUse {
    std::uint64_t inflaters = 0;  // states of open streams
    std::uint64_t deflaters = 0;
    Bytes resident;               // states, windows and buffers
    std::uint64_t z_streams = 0;  // the structures that point to states
    // Number of streams: each has both.
    [[nodiscard]] std::uint64_t streams() const { return std::max(inflaters + deflaters, z_streams); }
};

ZlibUse zlib_use(const MallocWalk& walk);

}  // namespace nmtx
