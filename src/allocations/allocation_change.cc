#include "allocations/allocation_change.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "base/paths.h"

namespace nmtx {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A name that a run makes up is followed by a number, which ends with it.
constexpr std::array<std::string_view, 4> numbered{"$$Lambda$", "$Proxy", "GeneratedMethodAccessor",
                                                   "GeneratedConstructorAccessor"};

std::string without_digits_behind(std::string name, std::string_view word) {
    const auto at = name.find(word);
    if (at == std::string::npos) return name;
    const std::size_t from = at + word.size();
    std::size_t end = from;
    while (end < name.size() && is_digit(name[end])) ++end;
    return name.erase(from, end - from);
}

Estimate rate_of(const Estimate& sum, double seconds) {
    if (seconds <= 0) return {};
    return {sum.value / seconds, sum.low / seconds, sum.high / seconds, sum.unbounded};
}

double reach_above(const Estimate& estimate) {
    return estimate.high - estimate.value;
}
double reach_below(const Estimate& estimate) {
    return estimate.value - estimate.low;
}

double mean_block(const AllocationSite& site, ComparedBytes what) {
    const bool live = what == ComparedBytes::in_use;
    const double blocks = live ? site.live_blocks.value : site.blocks.value;
    return blocks > 0 ? (live ? site.live_bytes.value : site.bytes.value) / blocks : 0;
}

// What of a run's samples is compared, and what they come to.
struct RunSum {
    std::size_t samples = 0;
    double bytes = 0;
};

RunSum sum_of(const AllocationProfile& profile, ComparedBytes what) {
    RunSum sum{0, estimate_of(profile, measure_of(what)).value};
    for (const AllocationSample& sample : profile.samples)
        sum.samples += what == ComparedBytes::allocated || sample.live ? 1 : 0;
    return sum;
}

Estimate bytes_of_site(const AllocationSite* site, const AllocationSite* other, const AllocationRun& run,
                       const RunSum& sum, ComparedBytes what) {
    const Estimate seen =
        site == nullptr ? Estimate{} : (what == ComparedBytes::in_use ? site->live_bytes : site->bytes);
    if (seen.value > 0 || other == nullptr) return rate_of(seen, run.seconds);
    const double unseen = most_unseen(run, sum.samples, sum.bytes, mean_block(*other, what)) +
                          (what == ComparedBytes::in_use ? run.live_unseen : 0);
    return rate_of({0, 0, std::max(seen.high, unseen)}, run.seconds);
}

// "libfoo123.so+0x10" or "libfoo123.so (no symbol)" has its file in its name.
std::string comparable_function(const std::string& function, const std::string& file) {
    const std::string_view base = base_name(file);
    if (base.empty() || !function.starts_with(base)) return function;
    return comparable_file(file) + function.substr(base.size());
}

}  // namespace

AllocationMeasure measure_of(ComparedBytes what) {
    return what == ComparedBytes::in_use ? AllocationMeasure::inuse_space : AllocationMeasure::alloc_space;
}

AllocationChange change_between(const Estimate& before, const Estimate& after, bool estimated) {
    const double change = after.value - before.value;
    const double reach = std::max(std::hypot(reach_above(before), reach_below(after)),
                                  std::hypot(reach_below(before), reach_above(after)));
    return {before,
            after,
            {change, change - reach, change + reach},
            estimated && !before.unbounded && !after.unbounded};
}

bool have_intervals(const AllocationProfile& before, const AllocationProfile& after, ComparedBytes what) {
    for (const AllocationProfile* profile : {&before, &after}) {
        const bool counted = what == ComparedBytes::in_use && profile->run.live_counted;
        if (profile->run.sees_too_little() || profile->run.windows_s <= 0) return false;
        if (profile->run.is_too_low() && !counted) return false;
    }
    return true;
}

double most_unseen(const AllocationRun& run, std::size_t samples, double sum, double block) {
    const double of_sample = samples > 0 ? sum / static_cast<double>(samples) : 0;
    // One block of one window, which stands for the time between windows.
    const double of_block = run.windows_s > 0 ? block * std::max(1.0, run.seconds / run.windows_s) : 0;
    return none_seen * std::max(of_sample, of_block);
}

std::string comparable_java(const std::string& name) {
    std::string out = name;
    for (const std::string_view word : numbered) out = without_digits_behind(std::move(out), word);
    for (auto at = out.find("/0x"); at != std::string::npos; at = out.find("/0x", at)) {
        std::size_t end = at + 3;
        while (end < out.size() && is_hex(out[end])) ++end;
        out.erase(at, end - at);
    }
    // A release before 16 has "$$Lambda$14", a later one "$$Lambda".
    if (const auto at = out.find("$$Lambda$"); at != std::string::npos) out.erase(at + 8, 1);
    return out;
}

std::string comparable_file(const std::string& path) {
    constexpr std::size_t made_up = 6;  // digits: a version has fewer
    const std::string_view name = base_name(without_deleted_mark(path));
    std::string out;
    for (std::size_t i = 0; i < name.size();) {
        std::size_t end = i;
        while (end < name.size() && is_digit(name[end])) ++end;
        if (end - i >= made_up) {
            out += '#';
        } else {
            out += name.substr(i, end - i);
        }
        if (end < name.size()) out += name[end];
        i = end + 1;
    }
    return out;
}

AllocationProfile comparable(AllocationProfile profile) {
    for (ProfiledFunction& function : profile.calls.functions) {
        if (function.kind == CodeKind::java) {
            function.name = comparable_java(function.name);
        } else {
            function.name = comparable_function(function.name, function.file);
            function.file = comparable_file(function.file);
        }
    }
    if (profile.run.allocator != "program") profile.run.library = comparable_file(profile.run.library);
    return profile;
}

AllocationChange changed_sum(const AllocationProfile& before, const AllocationProfile& after,
                             ComparedBytes what) {
    return change_between(rate_of(estimate_of(before, measure_of(what)), before.run.seconds),
                          rate_of(estimate_of(after, measure_of(what)), after.run.seconds),
                          have_intervals(before, after, what));
}

std::vector<AllocationSiteChange> changed_sites(const AllocationProfile& before,
                                                const AllocationProfile& after, ComparedBytes what) {
    const bool live = what == ComparedBytes::in_use;
    const std::array<const AllocationProfile*, 2> runs{&before, &after};
    std::array<std::vector<AllocationSite>, 2> sites;
    std::array<RunSum, 2> sums;
    std::map<SiteName, std::array<const AllocationSite*, 2>> both;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        sites[i] = allocation_sites(*runs[i], live);
        sums[i] = sum_of(*runs[i], what);
        for (const AllocationSite& site : sites[i]) both[site.name][i] = &site;
    }
    std::vector<AllocationSiteChange> changes;
    changes.reserve(both.size());
    for (const auto& [name, site] : both) {
        AllocationSiteChange change;
        change.name = name;
        change.bytes = change_between(bytes_of_site(site[0], site[1], before.run, sums[0], what),
                                      bytes_of_site(site[1], site[0], after.run, sums[1], what),
                                      have_intervals(before, after, what));
        change.samples_before = site[0] == nullptr ? 0 : site[0]->samples;
        change.samples_after = site[1] == nullptr ? 0 : site[1]->samples;
        if (change.bytes.before.value > 0 || change.bytes.after.value > 0)
            changes.push_back(std::move(change));
    }
    std::stable_sort(changes.begin(), changes.end(),
                     [](const AllocationSiteChange& a, const AllocationSiteChange& b) {
                         if (a.bytes.certain() != b.bytes.certain()) return a.bytes.certain();
                         return std::abs(a.bytes.change.value) > std::abs(b.bytes.change.value);
                     });
    return changes;
}

AllocationDiff diff_allocations(AllocationProfile before, AllocationProfile after) {
    AllocationDiff diff;
    diff.before = comparable(std::move(before));
    diff.after = comparable(std::move(after));
    diff.bytes = changed_sum(diff.before, diff.after, ComparedBytes::allocated);
    diff.sites = changed_sites(diff.before, diff.after, ComparedBytes::allocated);
    diff.knows_live = diff.before.run.knows_live && diff.after.run.knows_live;
    if (!diff.knows_live) return diff;
    diff.live_bytes = changed_sum(diff.before, diff.after, ComparedBytes::in_use);
    diff.live_sites = changed_sites(diff.before, diff.after, ComparedBytes::in_use);
    return diff;
}

}  // namespace nmtx
