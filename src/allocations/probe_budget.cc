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
// A window ends early when it has cost `too_much` times its share; `least_of_window` of it is always allowed.
constexpr double too_much = 1.5, least_of_window = 0.1;
// A thread that wants a processor for more of the time than this has none to spare.
constexpr double saturated = 0.85;
// A thread keeps its pace while traps and copies take less of its time than this. By their price: they may
// cost more.
constexpr double room_for_traps = 0.6;

// How many processors such calls take by their traps: no more than one of a thread's.
double cores_for(double call_ns, double calls_a_second, double busiest) {
    const double others = std::max(0.0, calls_a_second - busiest);
    return (std::min(busiest * call_ns, second_ns) + others * call_ns) / second_ns;
}

}  // namespace

double cost_ns(const HitPrice& price, const ProbeHits& hits) {
    return price.call_ns * static_cast<double>(hits.calls) +
           price.return_ns * static_cast<double>(hits.returns) +
           price.copy_ns * static_cast<double>(hits.copies) +
           price.look_ns * static_cast<double>(hits.looks) +
           price.record_ns * static_cast<double>(hits.records);
}

double times_as_dear(double cost_ns, std::uint64_t ran_ns, double busy) {
    const auto ran = static_cast<double>(ran_ns);
    if (busy < saturated || cost_ns <= 0) return 1;
    const double times = ran / cost_ns;
    return times <= 1 + most_price_doubt ? std::max(1.0, times) : 1;
}

HitPrice dearer(const HitPrice& price, double times) {
    HitPrice raised = price;
    for (double* const ns : {&raised.call_ns, &raised.return_ns, &raised.copy_ns, &raised.record_ns})
        *ns *= times;
    return raised;
}

Undisturbed undisturbed(double cost_ns, std::uint64_t ran_ns, std::uint64_t calls, double busy,
                        std::optional<double> before) {
    // The kernel's clocks of threads that run are some milliseconds behind.
    constexpr double least_call_ns = 10, little = 0.05, most = 0.95, longest_burst_ns = 5e6;
    if (ran_ns == 0 || busy <= 0) return {};
    const double part = cost_ns / static_cast<double>(ran_ns);
    if (part < little) return {};
    if (busy < saturated) {
        const double window_ns = static_cast<double>(ran_ns) / busy, of_window = std::min(part * busy, most);
        return {1, longest_burst_ns * of_window / (1 - of_window) / window_ns};
    }
    const double own = 1 - std::min(part, most);
    if (before && *before >= saturated) return {1 / own, price_doubt * (1 / own - 1)};
    const double quickest = least_call_ns * static_cast<double>(calls) / static_cast<double>(ran_ns);
    // By the price it would have had time to spare in the window, too: then the price is not to be trusted.
    const bool contradicts = before.value_or(1) + part * (1 + price_doubt) < saturated;
    const double left = contradicts ? 0 : 1 - part * (1 + most_price_doubt);
    const double least_own = std::max({left, quickest, 1e-3});
    return {1, std::max(1.0, before.value_or(1) / least_own) - 1};
}

std::uint64_t random_interval(std::uint64_t every, std::uint64_t random) {
    if (every < 2) return 1;
    const std::uint64_t more = every / 2;
    std::uint64_t chosen = every - more / 2 + random % (more + 1);
    while (chosen > 4 && (chosen % 2 == 0 || chosen % 3 == 0)) ++chosen;
    return chosen;
}

WindowPlan ProbeBudget::plan(double calls_a_second, std::size_t probes, double busiest) const {
    const double trap_ns = price_.call_ns + (returns_ ? price_.return_ns : 0);
    const double rate = std::max(calls_a_second, 0.0);
    WindowPlan plan;
    plan.closing_ns = static_cast<std::uint64_t>(price_.close_ns * static_cast<double>(probes));
    // The return's probe is closed first; until the entry's own goes, calls trap.
    if (returns_) plan.closing_cost_ns = price_.close_ns * cores_for(price_.call_ns, rate, busiest);
    plan.cycle_ns =
        std::max({cycle_ns_, closings_a_cycle * plan.closing_ns, cycle_for(2 * plan.closing_cost_ns)});
    // Copies as costly as the traps between them: neither alone is worth more of the budget. Where the target
    // calls seldom, all calls can be copied all the time.
    const bool few = rate * (trap_ns + price_.copy_ns) <= share_ * second_ns;
    double between = few ? 1 : price_.copy_ns * share_for_traps / ((1 - share_for_traps) * trap_ns);
    const double room_ns = room_for_traps * second_ns - busiest * trap_ns;
    const double rarer = room_ns > 0 ? busiest * price_.copy_ns / room_ns : 0;
    if (rarer > between && rarer <= most_calls_a_copy) between = rarer;
    plan.every = static_cast<std::uint64_t>(std::clamp(std::round(between), 1.0, most_calls_a_copy));
    const double call_ns = trap_ns + price_.copy_ns / static_cast<double>(plan.every);
    const double cores = cores_for(call_ns, rate, busiest);
    // So long the target makes so many calls that they cost its share.
    const double paid_for = cores <= 0 ? longest_cycle_ns : std::min(longest_cycle_ns, most_ns(plan) / cores);
    plan.window_ns = std::min(plan.cycle_ns - plan.closing_ns, static_cast<std::uint64_t>(paid_for));
    if (plan.window_ns < shortest_ns_) {
        plan.window_ns = shortest_ns_;
        const double window_cost = static_cast<double>(shortest_ns_) * cores;
        plan.cycle_ns = std::max(plan.cycle_ns, cycle_for(window_cost + plan.closing_cost_ns));
    }
    return plan;
}

std::uint64_t ProbeBudget::cycle_for(double cost_ns) const {
    const double cycle = share_ > 0 ? cost_ns / share_ : longest_cycle_ns;
    return static_cast<std::uint64_t>(std::min(cycle, longest_cycle_ns));
}

std::size_t ProbeBudget::threads(double calls_a_second, std::size_t wanted) const {
    const double trap_ns = price_.call_ns + (returns_ ? price_.return_ns : 0);
    const double allowed = share_for_closing * share_ * static_cast<double>(cycle_ns_);
    const double one_ns = calls_a_second * price_.close_ns / second_ns * trap_ns * (returns_ ? 2 : 1);
    return one_ns * static_cast<double>(wanted) <= allowed ? wanted : std::min<std::size_t>(wanted, 1);
}

std::uint64_t ProbeBudget::stretch_ns(const WindowPlan& plan, double paid_ns, double last_ns,
                                      std::uint64_t elapsed_ns, std::uint64_t left_ns) const {
    const double next_ns = std::max(most_ns(plan) + plan.closing_cost_ns, last_ns);
    const double until = share_ > 0 ? (paid_ns + next_ns) / share_ : longest_stretch_ns;
    const auto cycle = static_cast<double>(plan.cycle_ns), left = static_cast<double>(left_ns);
    const double owed = std::min(until - static_cast<double>(elapsed_ns), longest_stretch_ns);
    if (owed > left * allowed_over || cycle / 2 > left) return 0;
    return static_cast<std::uint64_t>(left / std::max(1.0, std::floor(left / std::max(owed, cycle))));
}

double ProbeBudget::most_ns(const WindowPlan& plan) const {
    const double all = share_ * static_cast<double>(plan.cycle_ns);
    return std::max(all - plan.closing_cost_ns, least_of_window * all);
}

double ProbeBudget::limit_ns(const WindowPlan& plan, double paid_ns, std::uint64_t length_ns) const {
    const double most = most_ns(plan);
    const double left = share_ * static_cast<double>(length_ns) - paid_ns - plan.closing_cost_ns;
    return std::clamp(left, least_of_window * most, too_much * most);
}

}  // namespace nmtx
