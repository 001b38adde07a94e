#include "process/jvm_flag.h"

#include <algorithm>

#include "hotspot/identity.h"

namespace nmtx {
namespace {

// The largest of the generations' greatest capacities, or their sum where there are several that do not each
// have all of the heap (G1's have).
std::optional<Bytes> size_by_counters(const HsPerfData& perf, std::string_view gc) {
    std::uint64_t sum = 0, largest = 0;
    for (const std::string_view name :
         {"sun.gc.generation.0.maxCapacity", "sun.gc.generation.1.maxCapacity"}) {
        const std::int64_t most = std::max<std::int64_t>(perf.number(name).value_or(0), 0);
        constexpr std::int64_t page = 4096;  // G1 of 8 to 17 adds some bytes
        const auto whole = static_cast<std::uint64_t>(most / page * page);
        sum += whole;
        largest = std::max(largest, whole);
    }
    const bool sums = gc == "Serial" || gc == "Parallel" || gc == "CMS";
    const std::uint64_t size = sums ? sum : largest;
    return size == 0 ? std::nullopt : std::optional(Bytes(size));
}

}  // namespace

std::optional<Bytes> size_flag(const ProcessView& view, std::string_view name) {
    if (view.vm_flags) return view.vm_flags->size_or_short(name);
    if (view.perf) {
        if (const auto given = view.perf->text("java.rt.vmArgs"))
            return flags_of_options(split_joined_options(*given)).size_or_short(name);
    }
    return flags_of_options(view.arguments).size_or_short(name);
}

std::optional<HeapLimit> heap_limit(const ProcessView& view) {
    if (const auto given = size_flag(view, "MaxHeapSize")) return HeapLimit{*given, true};
    if (!view.perf) return std::nullopt;
    const auto size = size_by_counters(*view.perf, view.gc());
    return size ? std::optional(HeapLimit{*size, false}) : std::nullopt;
}

}  // namespace nmtx
