// The first screen's split of RSS: a few shares that sum to it, and the largest files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

struct Headline {
    Bytes jvm_mmap;        // resident in NMT's mmap ranges, or in areas that the VM reports
    Bytes jvm_mmap_again;  // part of jvm_mmap: further views of the heap
    Bytes nmt_malloc;      // NMT's blocks that the walk found, else its malloc figure, at most what malloc's
                           // mappings hold
    Bytes malloc_outside;  // the rest of malloc's mappings: JNI and libraries, and memory that the allocator
                           // retains
    Bytes files;
    Bytes native_stacks;  // stacks that the JVM does not track
    Bytes other;          // vdso, named mappings
    Bytes unexplained;
};
// The shares sum to ledger.rss.
Headline headline_of(const Ledger& ledger);
// What every report calls `malloc_outside`: "native malloc (not in NMT)", measured or estimated; "malloc (JVM
// and native)" where NMT is off; "malloc" without HotSpot.
std::string_view name_of_malloc_outside(const ProcessView& view, const Ledger& ledger);
// And `native_stacks`: "thread stacks (not in NMT)"; "thread stacks" without HotSpot.
std::string_view name_of_native_stacks(const ProcessView& view);

// One area of the JVM: the owners below "jvm/NAME", with NMT's figures for it where it is all of one
// category.
struct Area {
    std::string name;  // "java heap", "code cache"
    Bytes resident;
    std::optional<Bytes> reserved, committed;
    bool estimated = false;
    bool located = false;  // some of its addresses are known; otherwise nothing shows what is resident
    std::vector<const Row*> parts;  // its leaves, largest first
};
// Largest first. Points into the ledger.
std::vector<Area> areas_of(const Ledger& ledger);
// "CDS archive" for "cds archive": an area as a sentence names it.
std::string title_of_area(std::string_view name);

struct FileUse {
    std::string name;
    std::string path;  // owner
    Bytes resident;
    std::size_t mappings = 0;
};
// The resident files, largest first, at most `most`.
std::vector<FileUse> files_by_size(const Ledger& ledger, const ProcessView& view, std::size_t most);

}  // namespace nmtx
