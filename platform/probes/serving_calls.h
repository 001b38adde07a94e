// Which of several files' malloc is called.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "allocations/probe_budget.h"
#include "platform/probes/perf_probe.h"
#include "platform/probes/probed_functions.h"
#include "platform/probes/thread_times.h"

namespace nmtx {

struct ServingFile {
    std::size_t number = 0;     // where none is called the first: it replaces the C library's
    double calls_a_second = 0;  // 0 where debug registers show none
    ProbeHits paid;
};

// `look`: calls a second by debug registers. Where these show nothing, and there is more than one file,
// probes in the busiest threads count for some milliseconds in one after the other; `times`: who has
// had a processor lately.
ServingFile find_serving(const UprobeType& type, std::span<const ProbedAllocator> files,
                         const HitPrice& price, const std::function<ThreadNs()>& times,
                         const std::function<std::optional<double>(const ProbedAllocator&)>& look);

}  // namespace nmtx
