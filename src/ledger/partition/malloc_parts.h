// malloc's memory divided by the malloc walk. By smaps the rows "malloc/main arena", "malloc/arena" and
// "malloc/mmapped chunk" have P resident bytes; they are replaced by leaves that sum to P exactly:
//
//   malloc/nmt-tracked/CATEGORY                  live blocks with an NMT header
//   malloc/untracked/LIBRARY, …/not attributed   live blocks without one
//   malloc/live/…                                live blocks where NMT is off: they cannot be separated
//   malloc/free/tcache, fastbins, bins, top      freed but retained
//   malloc/overhead                              malloc's own bookkeeping
//   malloc/not-walked                            no chunk was found there, or it was added after the walk
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// Replaces the rows. The walk and smaps are read at different times: what the walk did not find goes to
// malloc/not-walked; an excess is subtracted from the largest leaves and reported in `moved`.
MallocParts divide_malloc(std::vector<Row>& rows, const MallocWalk& walk);

// One NMT category: its live blocks as found, and NMT's own count.
struct TrackedCheck {
    std::string name;
    Bytes requested;
    std::uint64_t blocks = 0;
    Bytes resident;
    std::optional<Bytes>
        nmt;  // the category's malloc; for "Arena Chunk" the arenas of all categories, which it contains
    std::optional<std::uint64_t> nmt_blocks;
    std::optional<Delta> difference;  // found - NMT's
};
// In the order of the walk, then categories without any block found. Empty without a walk.
std::vector<TrackedCheck> check_tracked(const ProcessView& view);

// Bytes of the mappings of mmapped chunks, to compare with malloc's own counter.
Bytes mmapped_found(const MallocWalk& walk);

// The resident bytes of live blocks without a known owner.
Bytes not_attributed(const MallocWalk& walk);

}  // namespace nmtx
