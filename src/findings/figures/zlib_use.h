// zlib's malloc memory, by the blocks that the walk recognised.
#pragma once

#include <algorithm>
#include <cstdint>

#include "allocator/malloc_walk.h"
#include "process/process_view.h"

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

// Is it enough for a finding of its own: many streams and a good part of RSS, in a process that maps zlib?
bool stands_out(const ZlibUse& use, const ProcessView& view, Bytes rss);

}  // namespace nmtx
