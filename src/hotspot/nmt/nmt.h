// VM.native_memory reports (summary and detail) of JDK 8 to 28, in any scale.
// Source: HotSpot src/hotspot/share/nmt/memReporter.cpp (services/memReporter.cpp before 22).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

// The changes since the baseline that summary.diff and detail.diff print after the figures of a category or
// the total: the earlier figure is the figure minus its change. 0 where a figure has no change, and in other
// reports.
struct NmtSinceBaseline {
    Delta reserved, committed;
    Delta malloc, arena;
    Delta mmap_reserved, mmap_committed;
    Delta stack_reserved, stack_committed;
    Delta tracking_overhead;
    std::int64_t malloc_count = 0, arena_count = 0, threads = 0, classes = 0;

    friend bool operator==(const NmtSinceBaseline&, const NmtSinceBaseline&) = default;
};

// One category (MemTag) of the summary. Fields that a JDK does not print are absent or zero, as noted.
struct NmtCategory {
    std::string name;  // "Java Heap", "Thread", "Native Memory Tracking", …
    Bytes reserved;
    Bytes committed;
    Bytes malloc;  // without arenas, zero where no malloc line
    std::optional<std::uint64_t> malloc_count;
    std::optional<Bytes> malloc_peak;
    Bytes arena;
    std::optional<std::uint64_t> arena_count;
    Bytes mmap_reserved;  // "(mmap: …)" lines; without thread stacks
    Bytes mmap_committed;
    std::optional<Bytes> stack_reserved;  // "(stack: …)", category Thread
    std::optional<Bytes> stack_committed;
    std::optional<std::uint64_t> threads;
    std::optional<std::uint64_t> classes;
    std::optional<Bytes> tracking_overhead;  // category Native Memory Tracking
    std::optional<Bytes> readonly;           // Shared class space, 21+
    NmtSinceBaseline change{};
};

// One top-level entry of "Virtual memory map:".
struct NmtRegion {
    Range range;
    std::string tag;                // category name; thread stacks say "Thread Stack"
    bool wholly_committed = false;  // "reserved and committed"
    std::vector<Range> committed;   // ascending, inside range; the range itself where wholly_committed
};

// One entry of "Memory file details" (25+): a range of file offsets, not of addresses.
struct NmtFileRange {
    std::string file;  // "ZGC heap backing file"
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string tag;
};

struct NmtReport {
    // Defined in the source file: implicit ones would be compiled in every file that uses the struct.
    NmtReport();
    NmtReport(const NmtReport&);
    NmtReport(NmtReport&&) noexcept;
    NmtReport& operator=(const NmtReport&);
    NmtReport& operator=(NmtReport&&) noexcept;
    ~NmtReport();

    Bytes unit{1024};  // the unit of the printed figures: 1, 1024, 1 MiB, 1 GiB
    Bytes reserved;    // "Total:"
    Bytes committed;
    std::optional<Bytes> malloc;  // "malloc:" under Total, 17+
    std::optional<std::uint64_t> malloc_count;
    std::optional<Bytes> mmap_reserved;
    std::optional<Bytes> mmap_committed;
    NmtSinceBaseline change{};  // of the total, with malloc and mmap where they are printed under it
    std::vector<NmtCategory> categories;  // in the order of the report
    bool has_map = false;                 // the virtual memory map was there (detail)
    std::vector<NmtRegion> regions;       // ascending, whatever the JDK's order; disjoint
    std::vector<NmtFileRange> files;
    std::vector<std::string>
        notes;  // oddities that are not errors: "nmt:812: line not understood: …" (bounded)

    [[nodiscard]] const NmtCategory* find(std::string_view name) const;
    // Whether any figure of the summary has a change. A diff without changes looks like a summary.
    [[nodiscard]] bool has_changes() const;
    // malloc + arenas of all categories plus tracking overhead: what NMT counts as taken from malloc.
    [[nodiscard]] Bytes malloc_total() const;
};

// The JVM answered, but not with a report ("Native memory tracking is not enabled", "Detail tracking is not
// enabled", …).
struct NmtRefusal {
    std::string text;
};

// The reply of VM.native_memory [summary|detail] [scale=…], without the return code line. Text before the
// title line is skipped.
Expected<std::variant<NmtReport, NmtRefusal>> parse_nmt(std::string_view text,
                                                        std::string_view document = "nmt");

}  // namespace nmtx
