// What a probe costs here, measured on this program itself: a function of its own with a probe in it.
#pragma once

#include <cstdint>

#include "allocations/probe_budget.h"
#include "base/error.h"
#include "platform/probes/perf_probe.h"

namespace nmtx {

// `twice`: of a probe on an instruction that the kernel does not emulate. Takes some hundredths of a second.
// Fails where probes are not allowed.
Expected<HitPrice> measure_hit_price(const UprobeType& type, std::uint32_t stack_bytes, bool returns,
                                     bool twice);

}  // namespace nmtx
