// Where the JVM's large areas are: GC.heap_info, Compiler.codecache, VM.metaspace, and the same lines in
// VM.info and hs_err logs. Sources: HotSpot CollectedHeap::print_on and its subclasses,
// CodeCache::print_summary, MetaspaceUtils / MetaspaceReporter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct HeapSpace {
    std::string
        name;  // "garbage-first heap", "PSYoungGen", "def new generation", "ZHeap", "Shenandoah Heap", …
    std::optional<Bytes> total;  // "total", "capacity"
    std::optional<Bytes> used;
    std::optional<Range> reserved;   // [start, reserved end) where addresses are printed
    std::optional<Range> committed;  // [start, committed end) where they differ
};

struct MetaspaceUse {
    std::optional<Bytes> used, committed, reserved;
};

struct HeapInfo {
    std::vector<HeapSpace> spaces;  // the outermost spaces only (generations, the heap), not eden/from/to
    std::optional<MetaspaceUse> metaspace;  // all of it, class space included
    std::optional<MetaspaceUse> class_space;
    [[nodiscard]] std::optional<Range> reserved()
        const;  // from the lowest to the highest address of the spaces
    [[nodiscard]] std::optional<Bytes> used() const;
};
// Reply of GC.heap_info, 8 to 28.
Expected<HeapInfo> parse_heap_info(std::string_view text, std::string_view document = "GC.heap_info");

struct CodeHeap {
    std::string name;  // "non-profiled nmethods", …; "CodeCache" where there is only one
    std::optional<Bytes> size, used, max_used;
    Range committed;  // [low, committed high)
    Range reserved;   // [low, reserved high)
};
// Reply of Compiler.codecache; also 8's single "CodeCache: size=… / bounds […]".
Expected<std::vector<CodeHeap>> parse_codecache(std::string_view text,
                                                std::string_view document = "Compiler.codecache");

// The compilers in Compiler.codecache; absent where the JDK does not print it.
struct CodeCacheState {
    std::optional<std::uint64_t> full_count;  // how often a heap was found full (17+)
    bool out_of_space = false;  // compilation is "disabled (not enough contiguous free space left)"
};
// " full_count=0" (17), "…, full_count=2" (21+); "Compilation: disabled (…), stopped_count=2".
CodeCacheState read_code_cache_state(std::string_view text);

struct MetaspaceReport {
    MetaspaceUse non_class;
    MetaspaceUse class_space;
    std::optional<std::uint64_t> non_class_nodes;  // "1 nodes" (17+)
};
// Reply of "VM.metaspace basic"; figures are rounded by the JVM to three digits or so ("64.00 MB").
Expected<MetaspaceReport> parse_metaspace(std::string_view text, std::string_view document = "VM.metaspace");

}  // namespace nmtx
