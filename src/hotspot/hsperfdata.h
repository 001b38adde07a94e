// The jvmstat file /tmp/hsperfdata_USER/PID, format 2.0, readable without asking the JVM.
// Source: HotSpot src/hotspot/share/runtime/perfMemory.hpp (PerfDataPrologue, PerfDataEntry).
#pragma once

#include <cstdint>
#include <functional>
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
    bool accessible = false;  // the JVM has finished laying it out
    std::int64_t modified = 0;
    std::map<std::string, std::variant<std::int64_t, std::string>, std::less<>> counters;

    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
};

// The collectors' counters. Serial, Parallel, G1 and ZGC write it at the end of a collection, Shenandoah
// every second or so.
struct GcCounters {
    // Collections since the JVM started; for ZGC and Shenandoah, pauses. Nothing where no collector counts.
    std::optional<std::uint64_t> collections;
    Bytes used;                          // of the heap, after the last collection
    std::optional<double> last_ended_s;  // when the last one ended, since the JVM started
};
// Nothing where there are no generations: not laid out yet, or a collector without them.
std::optional<GcCounters> gc_counters(const HsPerfData& perf);

// The same file with other strings: `value` gets each string's name and value. Entries are laid out anew, so
// that the old length of a string does not show; gaps after strings and entries are not kept. Where the JVM
// has not finished laying the file out, the result is only the prologue.
Expected<std::string> rewrite_hsperfdata(
    std::string_view bytes,
    const std::function<std::string(std::string_view name, std::string_view value)>& value,
    std::string_view document = "hsperfdata");

Expected<HsPerfData> parse_hsperfdata(std::string_view bytes, std::string_view document = "hsperfdata");

}  // namespace nmtx
