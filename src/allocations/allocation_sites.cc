#include "allocations/allocation_sites.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "allocations/allocation_estimates.h"
#include "base/paths.h"

namespace nmtx {
namespace {

// They allocate for their caller: strdup, operator new.
bool allocates_for_others(std::string_view file, std::string_view probed) {
    if (file.empty()) return false;
    if (!probed.empty() && file == probed) return true;
    const std::string_view name = base_name(file);
    for (const std::string_view library : {"libc.so.", "libc-2.", "libstdc++.so", "libc++.so", "ld-musl-"}) {
        if (name.starts_with(library)) return true;
    }
    return false;
}

// The innermost frame is the function that was called, whatever file it is in.
SiteName site_of(const AllocationProfile& profile, std::uint32_t node) {
    std::string_view probed;
    if (profile.run.allocator != "program") probed = profile.run.library;
    SiteName site;
    const ProfiledFunction* innermost = nullptr;
    for (; node != 0; node = profile.calls.nodes[node].parent) {
        const ProfiledFunction& function = profile.calls.function_of(node);
        if (function.kind == CodeKind::mark) continue;
        if (function.kind == CodeKind::java) {
            site.java = function.name;
            break;
        }
        if (innermost == nullptr) {
            innermost = &function;
            continue;
        }
        if (!site.function.empty() || function.kind != CodeKind::native) continue;
        if (allocates_for_others(function.file, probed)) continue;
        site.function = function.name;
        site.file = function.file;
    }
    if (site.function.empty() && innermost != nullptr) {
        site.function = innermost->name;
        site.file = innermost->file;
    }
    if (site.function.empty() && site.java.empty()) site.function = "[not unwound]";
    return site;
}

constexpr std::array measures{AllocationMeasure::alloc_space, AllocationMeasure::alloc_objects,
                              AllocationMeasure::inuse_space, AllocationMeasure::inuse_objects};

struct SiteSamples {
    std::array<std::vector<WeightedSample>, measures.size()> sums;
    std::map<std::uint32_t, double> nodes;  // by their bytes
    std::vector<WatchedBlock> watched;
};

// No more stay than are allocated.
void at_least(Estimate& estimate, const Estimate& part) {
    if (estimate.unbounded && !part.unbounded) estimate.value = std::max(estimate.value, part.value);
}

std::uint32_t heaviest(const std::map<std::uint32_t, double>& nodes) {
    const auto most = std::max_element(nodes.begin(), nodes.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == nodes.end() ? 0 : most->first;
}

std::optional<WatchedBlock> watched_block(const AllocationSample& sample,
                                          const std::vector<double>& factors) {
    if (sample.could_s < 0 || sample.window >= factors.size()) return std::nullopt;
    return WatchedBlock{sample.could_s, sample.lived_s, sample.weight * factors[sample.window]};
}

}  // namespace

Lifetimes lifetimes_of(const AllocationProfile& profile) {
    const std::vector<double> factors = window_factors(profile.run.windows, profile.run.seconds);
    std::vector<WatchedBlock> blocks;
    for (const AllocationSample& sample : profile.samples) {
        if (const auto watched = watched_block(sample, factors)) blocks.push_back(*watched);
    }
    return lifetimes_of(blocks);
}

std::vector<AllocationSite> allocation_sites(const AllocationProfile& profile, bool by_live) {
    std::map<std::uint32_t, SiteName> names;  // of nodes
    std::map<SiteName, SiteSamples> sites;
    const std::vector<double> factors = window_factors(profile.run.windows, profile.run.seconds);
    std::vector<AllocationEstimates> estimates;
    estimates.reserve(measures.size());
    for (const AllocationMeasure measure : measures) estimates.emplace_back(profile, measure);
    for (const AllocationSample& sample : profile.samples) {
        auto known = names.find(sample.node);
        if (known == names.end()) known = names.emplace(sample.node, site_of(profile, sample.node)).first;
        SiteSamples& site = sites[known->second];
        site.nodes[sample.node] += static_cast<double>(sample.bytes) * sample.weight;
        if (const auto watched = watched_block(sample, factors)) site.watched.push_back(*watched);
        for (std::size_t i = 0; i < measures.size(); ++i) {
            if (const auto counts = estimates[i].weighted(sample)) site.sums[i].push_back(*counts);
        }
    }
    std::vector<AllocationSite> all;
    all.reserve(sites.size());
    for (const auto& [name, site] : sites) {
        const auto sum = [&](std::size_t i) { return estimates[i].of(site.sums[i]); };
        all.push_back({name, heaviest(site.nodes), site.sums[0].size(), sum(0), sum(1), sum(2), sum(3),
                       lifetimes_of(site.watched)});
        // What is in use was allocated.
        at_least(all.back().bytes, all.back().live_bytes);
        at_least(all.back().blocks, all.back().live_blocks);
    }
    std::stable_sort(all.begin(), all.end(), [&](const AllocationSite& a, const AllocationSite& b) {
        const Estimate &first = by_live ? a.live_bytes : a.bytes, &second = by_live ? b.live_bytes : b.bytes;
        return first.value != second.value ? first.value > second.value : first.high > second.high;
    });
    return all;
}

}  // namespace nmtx
