// What zlib holds by malloc, as the walk recognised its blocks.
#pragma once

#include <algorithm>
#include <cstdint>

#include "allocator/malloc_walk.h"

namespace nmtx {

struct ZlibUse {
    std::uint64_t inflaters = 0;  // states of open streams
    std::uint64_t deflaters = 0;
    Bytes resident;               // states, windows and buffers
    std::uint64_t z_streams = 0;  // the structures that states hang on
    // Each has both.
    [[nodiscard]] std::uint64_t streams() const { return std::max(inflaters + deflaters, z_streams); }
};

ZlibUse zlib_use(const MallocWalk& walk);

}  // namespace nmtx
