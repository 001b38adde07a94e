// What differs between two runs: sites and whole stacks by the rates at which they allocate, each change with
// its interval. A change that its interval explains is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "allocations/allocation_estimates.h"
#include "allocations/allocation_sites.h"

namespace nmtx {

// In bytes a second. The interval of the change is that of a difference of independent estimates.
struct AllocationChange {
    Estimate before, after, change;
    bool estimated = true;  // false: the error of a rate is not known, so nothing can be said of the change
    // The interval does not hold 0.
    [[nodiscard]] bool certain() const { return estimated && (change.low > 0 || change.high < 0); }
};

AllocationChange change_between(const Estimate& before, const Estimate& after, bool estimated);

struct AllocationSiteChange {
    SiteName name;
    AllocationChange bytes;
    std::uint64_t samples_before = 0, samples_after = 0;
};

// What is compared: all that was allocated, or what of it was still in use at the end.
enum class ComparedBytes : std::uint8_t { allocated, in_use };

// Is it known of each run how far its rates may be off?
bool have_intervals(const AllocationProfile& before, const AllocationProfile& after, ComparedBytes what);

// Names of code without what a run makes up, so that the same code has the same name in both:
// "a.B$$Lambda/0x00007f12.run" -> "a.B$$Lambda.run",
// "/tmp/libzstd-jni-1.5.5-4815162342.so" -> "libzstd-jni-1.5.5-#.so".
std::string comparable_java(const std::string& name);
std::string comparable_file(const std::string& path);
AllocationProfile comparable(AllocationProfile profile);

// A site that a run has no sample of may have allocated something nevertheless: so much at most, at 97.5 %.
// `samples` of the run come to `sum` bytes; `block`: the mean size of the site's blocks in the other run.
double most_unseen(const AllocationRun& run, std::size_t samples, double sum, double block);

AllocationMeasure measure_of(ComparedBytes what);

AllocationChange changed_sum(const AllocationProfile& before, const AllocationProfile& after,
                             ComparedBytes what);
// All sites of both; first those whose change is certain, of these the greatest change first.
std::vector<AllocationSiteChange> changed_sites(const AllocationProfile& before,
                                                const AllocationProfile& after, ComparedBytes what);

// All of it, of runs that are comparable.
struct AllocationDiff {
    AllocationProfile before, after;
    AllocationChange bytes;
    std::vector<AllocationSiteChange> sites;
    bool knows_live = false;  // both runs do
    AllocationChange live_bytes;
    std::vector<AllocationSiteChange> live_sites;
};
AllocationDiff diff_allocations(AllocationProfile before, AllocationProfile after);

// The stacks of both as one tree; a parent comes before its children, the first node is the root.
struct ChangedCall {
    std::uint32_t parent = 0;
    std::uint32_t function = 0;
    double self_before = 0, self_after = 0;  // bytes a second
    AllocationChange bytes;                  // with all that it calls
};
struct ChangedCalls {
    std::vector<ProfiledFunction> functions;
    std::vector<ChangedCall> nodes;
    std::size_t left_out = 0;  // nodes whose bytes count for their parent
};
// At most so many nodes, the heaviest of both together.
ChangedCalls changed_calls(const AllocationProfile& before, const AllocationProfile& after,
                           ComparedBytes what, std::size_t most);

}  // namespace nmtx
