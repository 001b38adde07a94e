#include "allocations/allocation_profile.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace nmtx {
std::vector<AllocationSums> sums_by_stack(const AllocationProfile& profile) {
    const WholeTime whole(profile);
    std::map<std::pair<std::uint32_t, std::uint32_t>, AllocationSums> sums;
    for (const AllocationSample& sample : profile.samples) {
        AllocationSums& sum = sums[{sample.node, sample.thread}];
        sum.node = sample.node;
        sum.thread = sample.thread;
        const double objects = whole.calls(sample);
        const double space = objects * static_cast<double>(sample.bytes);
        sum.alloc_objects += objects;
        sum.alloc_space += space;
        const double in_use = whole.blocks(sample);
        sum.inuse_objects += in_use;
        sum.inuse_space += in_use * static_cast<double>(sample.bytes);
    }
    std::vector<AllocationSums> all;
    all.reserve(sums.size());
    for (auto& [where, sum] : sums) {
        sum.inuse_objects = std::max(0.0, sum.inuse_objects);
        sum.inuse_space = std::max(0.0, sum.inuse_space);
        all.push_back(sum);
    }
    return all;
}

Profile weighed_by_bytes(const AllocationProfile& profile, bool only_live) {
    Profile out = profile.calls;
    out.run.mode = only_live ? ProfileMode::live_bytes : ProfileMode::allocated_bytes;
    out.run.samples = 0;
    out.stacks.clear();
    const WholeTime whole(profile);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint64_t, double>> sums;
    for (const AllocationSample& sample : profile.samples) {
        if (only_live && sample.live_part == 0) continue;
        auto& [samples, bytes] = sums[{sample.node, sample.thread}];
        samples += !only_live || sample.live ? 1 : 0;
        bytes += (only_live ? whole.blocks(sample) : whole.calls(sample)) * static_cast<double>(sample.bytes);
    }
    for (ProfiledThread& thread : out.threads) thread.samples = thread.weight_ns = 0;
    for (const auto& [where, sum] : sums) {
        const auto weight = static_cast<std::uint64_t>(std::llround(std::max(0.0, sum.second)));
        if (only_live && weight == 0) continue;
        out.stacks.push_back({where.first, where.second, sum.first, weight});
        ProfiledThread& thread = out.threads[where.second];
        thread.samples += sum.first;
        thread.weight_ns += weight;
        out.run.samples += sum.first;
    }
    return out;
}

}  // namespace nmtx
