// Any bytes as the JSON of a run of `nmtx allocs`: samples that can be written and compared, or an error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "allocations/allocation_change.h"
#include "allocations/saved_allocations.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto run = nmtx::parse_allocations({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (!run) return 0;
    if (nmtx::format_samples(*run).empty()) std::abort();
    const nmtx::AllocationDiff diff = nmtx::diff_allocations(*run, *run);
    if (diff.bytes.certain() || !std::isfinite(diff.bytes.change.high)) std::abort();
    nmtx::changed_calls(diff.before, diff.after, nmtx::ComparedBytes::allocated, 100);
    return 0;
}
