// What has changed between two snapshots, in everything that both have: the ledger's rows, NMT's categories
// and call sites, malloc's blocks, threads, classes, mappings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "hotspot/nmt/nmt_sites.h"
#include "hotspot/threads/thread_names.h"
#include "kernel/mappings/smaps.h"
#include "ledger/moment.h"

namespace nmtx {

struct AmountChange {
    Bytes before, after;
    [[nodiscard]] Delta change() const { return difference(after, before); }
};

struct CountChange {
    std::uint64_t before = 0, after = 0;
    // Saturates, as differences of amounts do.
    [[nodiscard]] std::int64_t change() const { return difference(Bytes(after), Bytes(before)).value; }
};

struct OwnerChange {
    std::string path;
    AmountChange resident;
    bool estimated = false;  // in one snapshot or both
};

// A category, or several that are compared as one, because memory moved between them from one JDK to the
// other ("Internal + Other").
struct CategoryChange {
    std::string name;
    AmountChange reserved, committed;
    AmountChange malloc;  // arenas included
    CountChange blocks;   // of malloc, without arenas
};

struct NmtChange {
    AmountChange reserved, committed;  // NMT's totals
    Bytes unit;                        // the coarser one of the two reports: 1, or 1024 on JDK 8
    std::vector<CategoryChange> categories;
};

// A call site, by its frames without addresses: "Unsafe_AllocateMemory0+0x86", "libjvm.so+0x63fd403" where
// the JVM has no name for it, "generated code" in no file.
struct SiteChange {
    NmtSiteKind kind = NmtSiteKind::malloc;
    std::vector<std::string> frames;  // innermost first
    std::string tag;
    AmountChange reserved;   // address space of an mmap site, otherwise as `committed`
    AmountChange committed;  // what an mmap site has committed, what a malloc site has allocated
    CountChange blocks;      // malloc
};

struct SiteChanges {
    Bytes unit;                 // the coarser one of the two reports; sites below half of it are in no report
    bool offsets = true;        // frames keep the offset in their function: both snapshots have the same JVM
    AmountChange malloc, mmap;  // sums: allocated, committed
    AmountChange asking;  // the part of `malloc` that the JVM allocated to answer questions such as ours
    std::vector<SiteChange> sites;
};

// Untracked live blocks of one usable size. Where a snapshot has no class for the size, it is part of the
// rest, and absent here.
struct SizeChange {
    std::optional<Bytes> block;  // absent: all other sizes
    std::optional<ChunkSum> before, after;
};

struct UntrackedChange {
    std::string owner, kind;  // as in MallocWalk
    ChunkSum before, after;
};

struct MallocChange {
    std::vector<SizeChange> sizes;
    std::vector<UntrackedChange> owners;
};

// Threads whose names differ only by numbers.
struct PoolChange {
    std::string name;
    ThreadKind kind = ThreadKind::native;
    CountChange threads;
    std::size_t started = 0, ended = 0;  // only known within one process
    AmountChange stacks;                 // resident, of the known stacks
    double cpu_seconds = 0;              // of the second snapshot's threads since the first one; likewise
};

struct ThreadChanges {
    CountChange threads;
    std::size_t started = 0, ended = 0;
    std::vector<PoolChange> pools;
};

enum class MappingFate : std::uint8_t { same, grown, shrunk, fresh, gone };

struct MappingChange {
    MappingFate fate = MappingFate::same;
    std::optional<Range> before, after;
    Protection protection;  // after, or of the removed mapping
    std::string name;
    std::string owner;  // of most of its resident bytes
    AmountChange resident;
};

// Every mapping of both snapshots is in one entry, so that the changes sum to that of RSS.
struct MappingChanges {
    std::vector<MappingChange> mappings;  // only those that changed: in address range or residency
    std::size_t unchanged = 0;
};

struct Diff {
    // Defined in the source file: implicit ones would be compiled in every file that uses the struct.
    Diff();
    Diff(const Diff&);
    Diff(Diff&&) noexcept;
    Diff& operator=(const Diff&);
    Diff& operator=(Diff&&) noexcept;
    ~Diff();

    bool same_process = true;
    std::vector<std::string> differences;  // of the two processes, in words
    std::optional<double> seconds;         // between the snapshots; negative where the first one is the later
    AmountChange rss;
    std::vector<OwnerChange> owners;  // largest growth first; their changes sum to that of RSS
    std::optional<NmtChange> nmt;
    std::optional<SiteChanges> sites;
    std::optional<MallocChange> malloc;
    std::optional<ThreadChanges> threads;
    std::optional<CountChange> classes_nmt, classes_perf;  // loaded, by NMT and by hsperfdata
    std::optional<MappingChanges> mappings;                // only within one process
    std::vector<std::string> notes;  // what could not be compared, and how to get it; caveats
};

// Fails only on a broken promise of ours: changes that do not sum to the change in RSS.
Expected<Diff> diff_moments(const Moment& before, const Moment& after);

}  // namespace nmtx
