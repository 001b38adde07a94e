// The jvmstat file /tmp/hsperfdata_USER/PID, format 2.0, readable without asking the JVM.
// Source: HotSpot src/hotspot/share/runtime/perfMemory.hpp (PerfDataPrologue, PerfDataEntry).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

struct HsPerfData {
    bool accessible = false;  // the JVM has finished to lay it out
    std::int64_t modified = 0;
    std::map<std::string, std::variant<std::int64_t, std::string>, std::less<>> counters;

    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
};

// What the collectors count. Serial, Parallel, G1 and ZGC write it at the end of a collection, Shenandoah
// every second or so.
struct GcCounters {
    // Since the JVM began; of ZGC and Shenandoah their pauses. Nothing where no collector counts.
    std::optional<std::uint64_t> collections;
    Bytes used;                          // of the heap, after the last of them
    std::optional<double> last_ended_s;  // the last one, since the JVM began
};
// Nothing where there are no generations: not laid out yet, or a collector without.
std::optional<GcCounters> gc_counters(const HsPerfData& perf);

// Where a string of the file lies: its bytes up to the NUL, in room for `capacity`.
struct HsPerfString {
    std::string_view name;
    std::size_t begin = 0;
    std::size_t capacity = 0;
};
struct HsPerfPlaces {
    std::vector<HsPerfString> strings;
    std::size_t end = 0;  // behind the last entry
};
// Nothing of a file that the JVM has not finished to lay out.
Expected<HsPerfPlaces> hsperfdata_strings(std::string_view bytes, std::string_view document = "hsperfdata");

Expected<HsPerfData> parse_hsperfdata(std::string_view bytes, std::string_view document = "hsperfdata");

}  // namespace nmtx
