#include "allocations/allocation_profile.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <utility>

namespace nmtx {
namespace {

// What malloc may add to what was asked for: its rounding, and a page where the block has its own mapping or
// is aligned to one.
constexpr std::uint64_t most_rounding = 32;
constexpr std::uint64_t page_rounding = 8192;
constexpr std::uint64_t may_be_mapped = std::uint64_t{64} << 10U;

bool may_hold(const LiveBlock& block, std::uint64_t bytes) {
    const std::uint64_t more = bytes >= may_be_mapped ? page_rounding : most_rounding;
    return block.usable >= bytes && block.usable - bytes <= more;
}

// Of how many calls of the whole time each sample stands.
class WholeTime {
  public:
    explicit WholeTime(const AllocationRun& run) : factors_(window_factors(run.windows, run.seconds)) {}
    [[nodiscard]] double calls(const AllocationSample& sample) const {
        return sample.window < factors_.size() ? sample.weight * factors_[sample.window] : 0;
    }

  private:
    std::vector<double> factors_;
};

bool counts(AllocationMeasure measure, const AllocationSample& sample) {
    const bool in_use =
        measure == AllocationMeasure::inuse_space || measure == AllocationMeasure::inuse_objects;
    return !in_use || sample.live;
}

double value_of(AllocationMeasure measure, const AllocationSample& sample) {
    const bool space = measure == AllocationMeasure::alloc_space || measure == AllocationMeasure::inuse_space;
    return space ? static_cast<double>(sample.bytes) : 1;
}

}  // namespace

Estimate estimate_of(const AllocationProfile& profile, AllocationMeasure measure) {
    std::vector<WeightedSample> samples;
    samples.reserve(profile.samples.size());
    for (const AllocationSample& sample : profile.samples) {
        if (counts(measure, sample))
            samples.push_back({sample.window, value_of(measure, sample), sample.weight, sample.doubt});
    }
    return estimate_sum(samples, profile.run.windows, profile.run.seconds);
}

std::vector<std::uint64_t> sampled_addresses(const AllocationProfile& profile) {
    std::vector<std::uint64_t> addresses;
    addresses.reserve(profile.samples.size());
    for (const AllocationSample& sample : profile.samples) {
        if (sample.address != 0) addresses.push_back(sample.address);
    }
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    return addresses;
}

void mark_live(AllocationProfile& profile, const std::vector<LiveBlock>& blocks) {
    std::unordered_map<std::uint64_t, const LiveBlock*> known;
    known.reserve(blocks.size());
    for (const LiveBlock& block : blocks) known.emplace(block.address, &block);
    // Samples are in the order of time: the last one with an address has the block.
    for (std::size_t i = profile.samples.size(); i-- > 0;) {
        AllocationSample& sample = profile.samples[i];
        sample.live = false;
        const auto found = sample.address == 0 ? known.end() : known.find(sample.address);
        if (found == known.end()) continue;
        sample.live = may_hold(*found->second, sample.bytes);
        known.erase(found);
    }
    profile.run.knows_live = true;
}

std::vector<AllocationSums> sums_by_stack(const AllocationProfile& profile) {
    const WholeTime whole(profile.run);
    std::map<std::pair<std::uint32_t, std::uint32_t>, AllocationSums> sums;
    for (const AllocationSample& sample : profile.samples) {
        AllocationSums& sum = sums[{sample.node, sample.thread}];
        sum.node = sample.node;
        sum.thread = sample.thread;
        const double objects = whole.calls(sample);
        const double space = objects * static_cast<double>(sample.bytes);
        sum.alloc_objects += objects;
        sum.alloc_space += space;
        if (!sample.live) continue;
        sum.inuse_objects += objects;
        sum.inuse_space += space;
    }
    std::vector<AllocationSums> all;
    all.reserve(sums.size());
    for (const auto& entry : sums) all.push_back(entry.second);
    return all;
}

Profile weighed_by_bytes(const AllocationProfile& profile, bool only_live) {
    Profile out = profile.calls;
    out.run.mode = only_live ? ProfileMode::live_bytes : ProfileMode::allocated_bytes;
    out.run.samples = 0;
    out.stacks.clear();
    const WholeTime whole(profile.run);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint64_t, double>> sums;
    for (const AllocationSample& sample : profile.samples) {
        if (only_live && !sample.live) continue;
        auto& [samples, bytes] = sums[{sample.node, sample.thread}];
        ++samples;
        bytes += whole.calls(sample) * static_cast<double>(sample.bytes);
    }
    for (ProfiledThread& thread : out.threads) thread.samples = thread.weight_ns = 0;
    for (const auto& [where, sum] : sums) {
        const auto weight = static_cast<std::uint64_t>(std::llround(sum.second));
        out.stacks.push_back({where.first, where.second, sum.first, weight});
        ProfiledThread& thread = out.threads[where.second];
        thread.samples += sum.first;
        thread.weight_ns += weight;
        out.run.samples += sum.first;
    }
    return out;
}

}  // namespace nmtx
