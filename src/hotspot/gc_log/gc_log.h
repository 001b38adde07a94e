// GC logs of JDK 8 (-verbose:gc, -XX:+PrintGCDetails, -XX:+PrintHeapAtGC, with and without stamps) and
// unified ones (-Xlog:gc*, 9 and later, with any decorations or none): metaspace, and what each collection
// did to the heap. Source: HotSpot MetaspaceUtils::print_metaspace_change, MetaspaceUtils::print_on
// (memory/metaspace.cpp, MetaspaceAux up to 9), GCTraceTime, zStat.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"
#include "hotspot/areas/heap_info.h"

namespace nmtx {

// When a line was logged. A line without a stamp gets that of the line before, one of "Heap before GC" that
// of the next collection. Views point into the text.
struct GcLogTime {
    std::optional<double> uptime_s;  // since the JVM started
    std::string_view date;           // "2026-11-22T20:26:55.066+0000"; empty where only the uptime is logged
    std::optional<std::uint64_t> epoch_ms;  // decoration "timemillis"
};

struct GcLogMetaspace {
    GcLogTime time;
    std::size_t line = 0;
    std::optional<std::uint64_t> gc;  // "GC(3)"
    // All of metaspace, class space included; and the class space. A figure that is not printed is absent: 8
    // to 13 print used and reserved after a collection ("20981K->20981K(1067008K)"), later releases used and
    // committed.
    MetaspaceUse all, class_space;
    std::optional<Bytes> capacity, class_capacity;  // 8 to 15, "used 2790K, capacity 4486K, …"
    std::optional<Bytes> used_before;               // before the collection
};

struct GcLogCollection {
    GcLogTime time;
    std::size_t line = 0;
    std::optional<std::uint64_t> gc;
    std::string_view what;   // "Pause Young (Concurrent Start)", "Full GC", "GC pause (young)"
    std::string_view cause;  // "Metadata GC Threshold"; empty where not printed
    bool full = false;       // stops the world and collects the whole heap
    std::optional<Bytes> heap_before, heap_after, heap_total;
};

struct GcLog {
    bool unified = false;
    std::vector<GcLogMetaspace> metaspace;     // in the order of the log
    std::vector<GcLogCollection> collections;  // likewise; in a unified log each GC(N) once
    // Collections with the cause "Metadata GC Threshold"; Parallel of 8 does two, young and full, for each.
    std::size_t metadata_collections = 0;
    std::size_t metadata_full = 0;
    std::size_t metaspace_exhausted = 0;    // "OutOfMemoryError: Metaspace"
    std::size_t class_space_exhausted = 0;  // "OutOfMemoryError: Compressed class space"
    // From the options that 8 prints at the top, or from the reserved size.
    std::optional<Bytes> class_space_size;
    std::optional<Bytes> metaspace_size, max_metaspace_size;  // "CommandLine flags:" of 8
    NotUnderstood not_understood;  // lines about metaspace that could not be read, and those of no GC log
};

// An error where there is no line of a GC log.
Expected<GcLog> parse_gc_log(std::string_view text, std::string_view document = "gc log");

}  // namespace nmtx
