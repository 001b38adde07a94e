// glibc malloc's own figures: malloc_info(3)'s XML, which jcmd System.native_heap_info prints too, and
// malloc_stats(3)'s lines. Source: glibc malloc/malloc.c, __malloc_info and __malloc_stats.
//
// It is read tag by tag, not with an XML library: a paste may be truncated or contain remarks, so it is not
// XML, and the format is five elements with numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct MallocCount {
    std::uint64_t count = 0;
    Bytes size;
    friend bool operator==(const MallocCount&, const MallocCount&) = default;
};

// Free chunks of one size class.
struct MallocInfoSize {
    std::uint64_t from = 0,
                  to = 0;  // chunk sizes; except for fast bins with a flag in the lowest bit
    MallocCount chunks;
    bool unsorted = false;
};

struct MallocInfoFigures {
    std::optional<MallocCount> fast;  // free in the fast bins; not printed from glibc 2.43 on
    std::optional<MallocCount>
        rest;  // other free memory, including the top chunk; 1 byte too much for each chunk in a bin
    std::optional<MallocCount> mmap;          // chunks with their own mapping, in use; only in the total
    std::optional<Bytes> system, system_max;  // taken from the kernel
    std::optional<Bytes> aspace, aspace_mprotect;
    std::optional<std::uint64_t> subheaps;

    // Memory in use in the arenas as malloc counts it, including chunks in thread caches.
    [[nodiscard]] std::optional<Bytes> in_use() const;
    [[nodiscard]] std::optional<Bytes> free() const;
};

struct MallocInfoHeap {
    std::uint64_t nr = 0;
    std::vector<MallocInfoSize> sizes;
    MallocInfoFigures figures;
    bool whole = false;  // the end was there
};

struct MallocInfo {
    std::vector<MallocInfoHeap> heaps;  // arenas; 0 is the main one
    MallocInfoFigures total;            // as printed below the last heap; empty where that is missing
    bool whole = false;
    NotUnderstood not_understood;

    // The sum over the pasted heaps, for the figures that each of them has.
    [[nodiscard]] MallocInfoFigures sum() const;
    // Does "rest" include the top chunk, the free end of each arena? An older glibc leaves it out
    // (sourceware.org bug 24026): memory in no bin is then in use or in the top chunk. Nothing where the
    // text does not show it.
    [[nodiscard]] std::optional<bool> counts_top() const;
};
// Fails where no heap and no total is found.
Expected<MallocInfo> parse_malloc_info(std::string_view text, std::string_view document = "malloc_info");

// The figures are printed as 32-bit numbers and wrap at 4 GiB.
struct MallocStats {
    struct Arena {
        std::uint64_t nr = 0;
        std::optional<Bytes> system, in_use;
    };
    std::vector<Arena> arenas;
    std::optional<Bytes> system, in_use;  // in total, with mmapped chunks
    std::optional<std::uint64_t> most_mmaps;
    std::optional<Bytes> most_mmapped;  // at one time; printed in full

    // Why the figures are wrong, in words: a counter has wrapped at 4 GiB. Empty where nothing shows that.
    [[nodiscard]] std::string wrapped() const;
    NotUnderstood not_understood;
};
// Fails where no figure is found.
Expected<MallocStats> parse_malloc_stats(std::string_view text, std::string_view document = "malloc_stats");

}  // namespace nmtx
