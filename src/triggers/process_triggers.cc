#include "triggers/process_triggers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"

namespace nmtx {
namespace {

constexpr double armed_again_below = 0.9;  // of the threshold
constexpr std::int64_t one_incident_ms = 60'000;
// Then something is stuck.
constexpr std::int64_t longest_taking_ms = 600'000;
constexpr std::uint64_t fastest_growth = std::uint64_t{512} << 20U;  // bytes a second
constexpr std::int64_t shortest_pause_ms = 20, longest_pause_ms = 1000;

std::string growth_text(const Condition& condition, Bytes growth) {
    return fmt::format("{} grew by {} within {}", condition.owner.empty() ? "RSS" : condition.owner,
                       human(growth), human_seconds(static_cast<double>(condition.within.count()) / 1000));
}

}  // namespace

ProcessTriggers::ProcessTriggers(const std::vector<Condition>& conditions) {
    armed_.reserve(conditions.size());
    for (const Condition& condition : conditions)
        armed_.push_back(
            {&condition, true, std::vector(condition.owner.empty() ? 1 : 2, GrowthWindow(condition.within))});
}

void ProcessTriggers::look(Armed& one, double figure, double threshold, std::int64_t at_ms,
                           const std::string& why, std::vector<Fired>& fired) {
    if (figure < armed_again_below * threshold) one.armed = true;
    if (!one.armed || figure < threshold) return;
    one.armed = false;
    const std::int64_t lasts_ms = taking_ ? longest_taking_ms : one_incident_ms;
    const bool joined = incident_ms_ && at_ms - *incident_ms_ < lasts_ms;
    if (!joined) {
        incident_ms_ = at_ms;
        taking_ = true;
    }
    fired.push_back({one.condition, why, joined});
}

std::vector<Fired> ProcessTriggers::usage(Bytes used, Bytes limit, std::int64_t at_ms) {
    std::vector<Fired> fired;
    if (limit.value() == 0) return fired;
    const double percent = 100 * static_cast<double>(used.value()) / static_cast<double>(limit.value());
    for (Armed& one : armed_) {
        if (one.condition->kind != ConditionKind::usage) continue;
        look(
            one, percent, one.condition->percent, at_ms,
            fmt::format("container memory is at {} % of its limit of {}", decimals(percent, 1), human(limit)),
            fired);
    }
    return fired;
}

std::vector<Fired> ProcessTriggers::rss(Bytes resident, std::int64_t at_ms) {
    std::vector<Fired> fired;
    for (Armed& one : armed_) {
        if (one.condition->kind != ConditionKind::rss) continue;
        look(one, static_cast<double>(resident.value()), static_cast<double>(one.condition->amount.value()),
             at_ms, fmt::format("RSS is {}", human(resident)), fired);
    }
    return fired;
}

std::vector<Fired> ProcessTriggers::sampled(const ResidentOf& resident_of, SampleDepth depth,
                                            std::int64_t at_ms) {
    std::vector<Fired> fired;
    for (Armed& one : armed_) {
        const Condition& condition = *one.condition;
        if (condition.kind != ConditionKind::growth) continue;
        one.windows[condition.owner.empty() ? 0 : static_cast<std::size_t>(depth)].add(
            at_ms, resident_of(condition.owner));
        Bytes growth;
        for (const GrowthWindow& window : one.windows) growth = std::max(growth, window.growth());
        look(one, static_cast<double>(growth.value()), static_cast<double>(condition.amount.value()), at_ms,
             growth_text(condition, growth), fired);
    }
    return fired;
}

// Neither can happen to a process twice.
std::vector<Fired> ProcessTriggers::once(ConditionKind kind, std::int64_t at_ms, const std::string& why) {
    std::vector<Fired> fired;
    for (Armed& one : armed_) {
        if (one.condition->kind == kind) look(one, 1, 1, at_ms, why, fired);
    }
    return fired;
}

std::vector<Fired> ProcessTriggers::terminated(std::int64_t at_ms) {
    return once(ConditionKind::terminated, at_ms, "the JVM is shutting down after SIGTERM");
}

std::vector<Fired> ProcessTriggers::ended(const std::string& how, std::int64_t at_ms) {
    return once(ConditionKind::ended, at_ms, how);
}

void ProcessTriggers::evidence_taken(std::int64_t at_ms) {
    taking_ = false;
    incident_ms_ = at_ms;
}

bool ProcessTriggers::has(ConditionKind kind) const {
    return std::any_of(armed_.begin(), armed_.end(),
                       [&](const Armed& one) { return one.condition->kind == kind; });
}

std::optional<double> ProcessTriggers::least_percent(Which which) const {
    std::optional<double> least;
    for (const Armed& one : armed_) {
        if (one.condition->kind != ConditionKind::usage || (which == Which::armed && !one.armed)) continue;
        least = std::min(one.condition->percent, least.value_or(one.condition->percent));
    }
    return least;
}

std::optional<Bytes> ProcessTriggers::least_rss(Which which) const {
    std::optional<Bytes> least;
    for (const Armed& one : armed_) {
        if (one.condition->kind != ConditionKind::rss || (which == Which::armed && !one.armed)) continue;
        least = std::min(one.condition->amount, least.value_or(one.condition->amount));
    }
    return least;
}

std::int64_t pause_before_look_ms(Bytes headroom) {
    const std::uint64_t ms = headroom.value() / (fastest_growth / 1000);
    return std::clamp(static_cast<std::int64_t>(std::min<std::uint64_t>(ms, longest_pause_ms)),
                      shortest_pause_ms, longest_pause_ms);
}

}  // namespace nmtx
