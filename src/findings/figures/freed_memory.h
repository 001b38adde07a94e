// What glibc's malloc keeps after free, where it lies, and what each remedy would give back of it. All of it
// by the walk over malloc's chunks.
#pragma once

#include <optional>
#include <utility>

#include "allocator/malloc_walk.h"
#include "base/bytes.h"
#include "findings/figures/finding_input.h"
#include "findings/finding.h"

namespace nmtx {

// malloc_trim goes through the bins of every arena and gives whole pages back, and the end of the main arena.
// The ends of the others it leaves, and the caches of threads. Source: glibc malloc/malloc.c (mtrim,
// systrim).
struct FreePlaces {
    Bytes bins;        // between live blocks
    Bytes main_top;    // the end of the main arena
    Bytes other_tops;  // of the others
    Bytes caches;      // of threads, and fastbins
};
FreePlaces free_places(const MallocWalk& walk);

// Estimates: the target runs on, and what is free now may be taken again before a remedy is applied.
struct GivenBack {
    // A trim: whole pages of the bins, and the main arena's end. Absent where the walk does not show the
    // pages.
    std::optional<Bytes> trim;
    // M_TRIM_THRESHOLD at 128 KiB: what the ends of arenas have beyond that.
    Bytes lower_threshold;
    // Two arenas: at most what all others keep but the two that keep most. Nothing if all threads needed it
    // at the same time, which one moment does not show.
    Bytes two_arenas_at_most;
};
GivenBack given_back(const MallocWalk& walk);

// glibc's arenas of threads. Each keeps what its threads have freed.
struct ThreadArenas {
    std::size_t count = 0;  // the main one too
    Bytes resident;         // of all but the main one
    Bytes kept;             // of it freed, and malloc's own
    Bytes largest;          // the most that one of them has of that
};
ThreadArenas thread_arenas(const MallocWalk& walk);

// More arenas than a few keep much of what was freed, and no single one half of it: then their number counts.
// Else it is freed memory like any other.
bool kept_in_many_arenas(const FindingInput& input);

// Two arenas, another allocator, a trim: those that would give back something, the one that gives most first.
void add_remedies_for_freed_memory(Finding& finding, const FindingInput& input);

}  // namespace nmtx
