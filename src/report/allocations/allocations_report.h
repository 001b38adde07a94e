// `nmtx allocs` in its forms.
#pragma once

#include <string>

#include "allocations/allocation_profile.h"
#include "report/style/style.h"

namespace nmtx {

// What was sampled, the sites by their bytes, or by those still in use where `live`, and what it cost. With
// options.all more of them, and whole stacks.
std::string allocations_report(const AllocationProfile& profile, bool live, const ReportOptions& options,
                               const TextStyle& style);
// docs/reference/json.md.
std::string json_allocations(const AllocationProfile& profile, bool live, bool all);

// One HTML file that needs nothing from elsewhere.
std::string html_allocations(const AllocationProfile& profile, bool live, const std::string& nmtx_version);
// "java.lang.Thread.run;open_handle 12500": functions from the thread's first inwards, bytes over the time.
std::string collapsed_allocations(const AllocationProfile& profile, bool live);

}  // namespace nmtx
