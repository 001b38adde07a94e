#include "allocations/probe_budget.h"

#include <algorithm>
#include <cmath>

namespace nmtx {
namespace {

constexpr double second_ns = 1e9;
constexpr double share_for_traps = 0.5, share_for_closing = 0.25;
constexpr std::uint64_t closings_a_cycle = 2;
// Rarer copies than this tell nothing; the window becomes shorter instead.
constexpr double most_calls_a_copy = 1000;
constexpr double longest_cycle_ns = 60e9, longest_stretch_ns = 60e9;
// A stretch that would be so much longer than the time that is left may be as short as that.
constexpr double allowed_over = 1.1;

}  // namespace

double cost_ns(const HitPrice& price, const ProbeHits& hits) {
    return price.call_ns * static_cast<double>(hits.calls) +
           price.return_ns * static_cast<double>(hits.returns) +
           price.copy_ns * static_cast<double>(hits.copies) +
           price.look_ns * static_cast<double>(hits.looks) +
           price.record_ns * static_cast<double>(hits.records);
}

Undisturbed undisturbed(double cost_ns, std::uint64_t ran_ns, std::uint64_t calls, double busy,
                        std::optional<double> before) {
    // The kernel's clocks of threads that run are some milliseconds behind.
    constexpr double least_call_ns = 10, little = 0.05, most = 0.95, saturated = 0.85;
    if (ran_ns == 0 || busy < saturated) return {};
    const double part = cost_ns / static_cast<double>(ran_ns);
    if (part < little) return {};
    const double own = 1 - std::min(part, most);
    if (before && *before >= saturated) return {1 / own, price_doubt * (1 / own - 1)};
    const double quickest = least_call_ns * static_cast<double>(calls) / static_cast<double>(ran_ns);
    const double least_own = std::max({1 - part * (1 + price_doubt), quickest, 1e-3});
    return {1, std::max(1.0, before.value_or(1) / least_own) - 1};
}

std::uint64_t random_interval(std::uint64_t every, std::uint64_t random) {
    if (every < 2) return 1;
    const std::uint64_t more = every / 2;
    std::uint64_t chosen = every - more / 2 + random % (more + 1);
    while (chosen > 4 && (chosen % 2 == 0 || chosen % 3 == 0)) ++chosen;
    return chosen;
}

WindowPlan ProbeBudget::plan(double calls_a_second, std::size_t probes) const {
    const double trap_ns = price_.call_ns + (returns_ ? price_.return_ns : 0);
    const double rate = std::max(calls_a_second, 0.0);
    WindowPlan plan;
    plan.closing_ns = static_cast<std::uint64_t>(price_.close_ns * static_cast<double>(probes));
    plan.cycle_ns = std::max(cycle_ns_, closings_a_cycle * plan.closing_ns);
    // Copies as costly as the traps between them: neither alone is worth more of the budget. Where the target
    // calls seldom, all calls can be copied all the time.
    const bool few = rate * (trap_ns + price_.copy_ns) <= share_ * second_ns;
    const double between = few ? 1 : price_.copy_ns * share_for_traps / ((1 - share_for_traps) * trap_ns);
    plan.every = static_cast<std::uint64_t>(std::clamp(std::round(between), 1.0, most_calls_a_copy));
    const double call_ns = trap_ns + price_.copy_ns / static_cast<double>(plan.every);
    // The part of the time in which the target makes so many calls that they cost its share.
    const double part = rate * call_ns <= 0 ? 1 : std::min(1.0, share_ * second_ns / (rate * call_ns));
    plan.window_ns = std::min(plan.cycle_ns - plan.closing_ns,
                              static_cast<std::uint64_t>(part * static_cast<double>(plan.cycle_ns)));
    if (plan.window_ns < shortest_ns_) {
        plan.window_ns = shortest_ns_;
        const double cycle = static_cast<double>(shortest_ns_) / part;
        plan.cycle_ns =
            std::max(plan.cycle_ns, static_cast<std::uint64_t>(std::min(cycle, longest_cycle_ns)));
    }
    return plan;
}

std::size_t ProbeBudget::threads(double calls_a_second, std::size_t wanted) const {
    const double trap_ns = price_.call_ns + (returns_ ? price_.return_ns : 0);
    const double allowed = share_for_closing * share_ * static_cast<double>(cycle_ns_);
    const double one_ns = calls_a_second * price_.close_ns / second_ns * trap_ns * (returns_ ? 2 : 1);
    return one_ns * static_cast<double>(wanted) <= allowed ? wanted : std::min<std::size_t>(wanted, 1);
}

std::uint64_t ProbeBudget::stretch_ns(const WindowPlan& plan, double paid_ns, std::uint64_t elapsed_ns,
                                      std::uint64_t left_ns) const {
    const double until = share_ > 0 ? (paid_ns + most_ns(plan)) / share_ : longest_stretch_ns;
    const auto cycle = static_cast<double>(plan.cycle_ns), left = static_cast<double>(left_ns);
    const double owed = std::min(until - static_cast<double>(elapsed_ns), longest_stretch_ns);
    if (owed > left * allowed_over || cycle / 2 > left) return 0;
    return static_cast<std::uint64_t>(left / std::max(1.0, std::floor(left / std::max(owed, cycle))));
}

}  // namespace nmtx
