// Where glibc's malloc keeps its memory in a target, found without symbols: the main arena by the shape of
// its bins in libc's data, all others by the ring that links them, their heaps by their headers, chunks with
// their own mapping by their size word. glibc 2.17 to 2.43, x86-64. Sources: glibc malloc/malloc.c,
// malloc/arena.c; the versions' differences are the table in glibc_layout.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_layout.h"
#include "allocator/malloc_layout.h"
#include "allocator/malloc_walk.h"
#include "base/address.h"
#include "base/target_memory.h"

namespace nmtx {

// Where to look, from smaps. All ascending and disjoint.
struct GlibcSearch {
    std::vector<Range> libc_data;   // libc's writable mappings and the .bss behind them
    std::optional<Range> brk;       // [heap]
    std::vector<Range> candidates;  // private, writable, anonymous, and not claimed otherwise: extensions of
                                    // the main arena are there
    std::vector<Range> beside_rss;  // candidates that RSS does not count: hugetlb pages
    MallocLayout shapes;            // heaps and mmapped chunks found in the candidates by their headers
    std::optional<std::string> release;  // "2.36", as the library says
};

struct GlibcArena {
    Address state;  // its malloc_state
    bool main = false;
    Address top;                    // its top chunk
    Bytes system;                   // system_mem
    std::vector<Address> fastbins;  // heads of its fastbins
    std::uint32_t heaps = 0;
};

// A range in which chunks follow one another without a gap.
struct ChunkRegion {
    Range whole;  // including malloc's data before the first chunk (heap_info, malloc_state) and unused space
                  // after the last
    Address first;  // the first chunk
    Address end;    // where the last one ends
    RegionKind kind = RegionKind::arena;
    std::uint32_t arena = 0;  // index into arenas, or mmapped_arena
    bool in_rss = true;       // false: its chunks are walked, but their bytes do not count as resident
};

struct GlibcHeap {
    const GlibcLayout* layout = nullptr;    // null where glibc's malloc was not found or does not serve
    std::string why;                        // the reason in that case
    std::vector<GlibcArena> arenas;         // the main arena first
    std::vector<ChunkRegion> regions;       // ascending, disjoint
    std::optional<Bytes> mmapped_expected;  // mp_.mmapped_mem
    std::vector<std::uint64_t>
        key_words;                   // words of libc's data that may be the thread caches' key (from 2.34)
    std::vector<std::string> notes;  // bounds that were reached, inconsistencies
};

struct GlibcBounds {
    std::size_t arenas = 16384;  // glibc creates 8 per processor
    std::size_t heaps = 65536;   // 4 TiB of them
    std::size_t notes = 16;
    // Chunks looked at in search of the main arena's extensions; a read of the target counts as 16.
    std::size_t extension_steps = 4'000'000;
};

GlibcHeap find_glibc_heap(const GlibcSearch& search, TargetMemory& memory, const GlibcBounds& bounds = {});

}  // namespace nmtx
