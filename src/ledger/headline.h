// The first screen's split of RSS: a handful of shares that sum to it, and the files that weigh most.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

struct Headline {
    Bytes jvm_mmap;        // resident in NMT's mmap ranges, or in what the VM says are its areas
    Bytes jvm_mmap_again;  // of it: further views of the heap
    Bytes nmt_malloc;  // NMT's blocks as the walk found them, else its malloc figure, at most what malloc's
                       // mappings hold
    Bytes malloc_outside;  // the rest of what malloc's mappings hold: JNI and libraries, and what the
                           // allocator keeps
    Bytes files;
    Bytes native_stacks;  // stacks that the JVM does not track
    Bytes other;          // vdso, named mappings
    Bytes unexplained;
};
// The shares sum to ledger.rss.
Headline headline_of(const Ledger& ledger);

// One area of the JVM: the owners below "jvm/NAME", with NMT's figures for it where it is all of one
// category.
struct Area {
    std::string name;  // "java heap", "code cache"
    Bytes resident;
    std::optional<Bytes> reserved, committed;
    bool estimated = false;
    bool located = false;           // some address is known to be of it; else nothing shows what is resident
    std::vector<const Row*> parts;  // its leaves, largest first
};
// Largest first. Points into the ledger.
std::vector<Area> areas_of(const Ledger& ledger);

struct FileUse {
    std::string name;
    std::string path;  // owner
    Bytes resident;
    std::size_t mappings = 0;
};
// The files that are resident, largest first. `most`: at most so many.
std::vector<FileUse> files_by_size(const Ledger& ledger, const ProcessView& view, std::size_t most);

}  // namespace nmtx
