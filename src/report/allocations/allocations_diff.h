// What differs between two runs of `nmtx allocs`, in the forms of `nmtx diff`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "allocations/allocation_change.h"
#include "report/style/style.h"

namespace nmtx {

// The sites whose rate changed by more than its interval; with options.all the others, too.
std::string allocations_diff_text(const AllocationDiff& diff, const ReportOptions& options,
                                  const TextStyle& style);
// docs/reference/json.md: every site.
std::string json_allocations_diff(const AllocationDiff& diff, std::string_view nmtx_version);
// One HTML file that needs nothing from elsewhere, with a flame graph of the change.
std::string html_allocations_diff(const AllocationDiff& diff, const std::string& nmtx_version);

// For all forms: the sum and its change, and what a reader must know to trust it.
std::string allocations_diff_sentence(const AllocationChange& change, std::string_view what);
std::vector<std::string> allocations_diff_notes(const AllocationDiff& diff);
// "pid 4711 (java), 2026-12-01T10:00:00Z, 30.0 s"
std::string allocations_run_text(const AllocationRun& run);
// "+1.2 MiB/s", "-3.4 KiB/s"; "± 0.4 MiB/s", and "?" where nothing can be said.
std::string rate_change_text(const AllocationChange& change);
std::string rate_reach_text(const AllocationChange& change);

}  // namespace nmtx
