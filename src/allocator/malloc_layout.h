// The regions of glibc's malloc, found without symbols and without walking chunks: the heaps of secondary
// arenas and the chunks with their own mapping. Layouts: glibc malloc/malloc.c (struct malloc_chunk) and
// malloc/arena.c (heap_info, HEAP_MAX_SIZE), the same from 2.17 to 2.43 except for what the .cc says.
//
// The document "malloc/layout" is ours, hexadecimal, ascending:
//   heap 7f2d54000000-7f2d541aa000 arena 7f2d54000030   the readable part of a heap's 64 MiB, and the
//                                                       malloc_state that owns it
//   chunk 7f2d78a8f000-7f2d78ef6000                     an mmapped chunk, header included
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "base/target_memory.h"

namespace nmtx {

struct ArenaHeap {
    Range range;
    Address arena;  // its malloc_state; lies in the first heap of the arena
};

struct MallocLayout {
    std::vector<ArenaHeap> heaps;       // ascending, disjoint
    std::vector<Range> mmapped_chunks;  // ascending, disjoint
};

// glibc's HEAP_MAX_SIZE on 64-bit machines with the default mmap threshold; heaps are aligned to it.
inline constexpr Bytes arena_heap_span = mib(64);

struct MallocSearchBounds {
    std::size_t pages = 65536;  // first words read, in total
    // Pages of one candidate that do not start a chunk, before the rest is skipped. Where stacks are guarded
    // within the mapping (glibc 2.42), a chunk may follow some stacks of 8 MiB that huge pages have filled.
    std::size_t misses_a_candidate = 16384;
};

// Searches `candidates` for both: private, writable, anonymous ranges, ascending and disjoint. Reads only
// the first words of resident pages.
MallocLayout find_malloc_layout(const std::vector<Range>& candidates, TargetMemory& memory,
                                const MallocSearchBounds& bounds = {});

std::string format_malloc_layout(const MallocLayout& layout);
Expected<MallocLayout> parse_malloc_layout(std::string_view text,
                                           std::string_view document = "malloc layout");

}  // namespace nmtx
