// What glibc's malloc retains after free, where, and how much each remedy would give back. All from the
// malloc walk.
#pragma once

#include <optional>
#include <utility>

#include "allocator/malloc_walk.h"
#include "base/bytes.h"
#include "findings/figures/finding_input.h"
#include "findings/finding.h"

namespace nmtx {

// malloc_trim gives back whole pages of the bins of every arena, and the end of the main arena, but not the
// ends of the other arenas or thread caches. Source: glibc malloc/malloc.c (mtrim, systrim).
struct FreePlaces {
    Bytes bins;        // in bins, between live blocks
    Bytes main_top;    // the end of the main arena
    Bytes other_tops;  // the ends of the other arenas
    Bytes caches;      // thread caches and fastbins
};
FreePlaces free_places(const MallocWalk& walk);

// Estimates: the target runs on, and free memory may be reused before a remedy is applied.
struct GivenBack {
    // A trim: whole pages of the bins, and the main arena's end. Absent where the walk does not show the
    // pages.
    std::optional<Bytes> trim;
    // M_TRIM_THRESHOLD at 128 KiB: the part of arena ends beyond that.
    Bytes lower_threshold;
    // Two arenas: at most what all arenas retain except the two that retain most. Nothing is gained if all
    // threads need it at the same time, which one snapshot does not show.
    Bytes two_arenas_at_most;
};
GivenBack given_back(const MallocWalk& walk);

// glibc's arenas of threads. Each retains what its threads have freed.
struct ThreadArenas {
    std::size_t count = 0;  // including the main one
    Bytes resident;         // of all but the main one
    Bytes kept;             // the freed part of that, and malloc's own
    Bytes largest;          // the largest share of one arena in `kept`
};
ThreadArenas thread_arenas(const MallocWalk& walk);

// Many arenas retain much freed memory, and no single one half of it: then the number of arenas is the
// cause. Otherwise it is ordinary retained memory.
bool kept_in_many_arenas(const FindingInput& input);

// Two arenas, another allocator, a trim: those that would give something back, the most effective first.
void add_remedies_for_freed_memory(Finding& finding, const FindingInput& input);

}  // namespace nmtx
