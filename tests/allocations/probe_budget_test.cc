#include "allocations/probe_budget.h"

#include <initializer_list>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t second = 1000 * ms;

ProbeBudget two_percent(bool returns = false) {
    return {0.02, HitPrice{}, returns, 10 * ms, second};
}

// What a target that makes so many calls a second pays by a plan, of one core.
double paid_share(const WindowPlan& plan, double rate, bool returns) {
    const double calls = rate * static_cast<double>(plan.window_ns) / 1e9;
    ProbeHits hits;
    hits.calls = static_cast<std::uint64_t>(calls);
    hits.returns = returns ? hits.calls : 0;
    hits.copies = hits.calls / plan.every;
    return cost_ns(HitPrice{}, hits) / static_cast<double>(plan.cycle_ns);
}

}  // namespace

TEST_CASE("probe budget: a target that seldom allocates has probes all the time, and each call is copied") {
    const WindowPlan plan = two_percent().plan(500);
    CHECK(plan.always());
    CHECK(plan.every == 1);
    CHECK(two_percent().plan(0).always());
}

TEST_CASE("probe budget: whatever the rate, the plan costs no more than the budget") {
    for (const bool returns : {false, true}) {
        for (const double rate : {1.0, 1e3, 1e4, 1e5, 1e6, 5e6}) {
            CAPTURE(returns, rate);
            const WindowPlan plan = two_percent(returns).plan(rate);
            CHECK(paid_share(plan, rate, returns) <= 0.0201);
            CHECK(plan.window_ns >= 10 * ms);
        }
    }
}

TEST_CASE("probe budget: what is paid of it at a high rate is most of it") {
    for (const double rate : {1e4, 1e5, 1e6}) {
        CAPTURE(rate);
        CHECK(paid_share(two_percent().plan(rate), rate, false) > 0.018);
    }
}

TEST_CASE("probe budget: a window that cost more than planned is followed by a longer pause") {
    const ProbeBudget budget = two_percent();
    const WindowPlan plan = budget.plan(1e6);
    const std::uint64_t usual = budget.pause_ns(plan, budget.most_ns(plan), plan.window_ns);
    const std::uint64_t longer = budget.pause_ns(plan, 3 * budget.most_ns(plan), plan.window_ns);
    CHECK(longer > 2 * usual);
    CHECK(budget.pause_ns(plan, 0, plan.window_ns) == plan.cycle_ns - plan.window_ns);
}

TEST_CASE("probe budget: a thread without time to spare is counted for what it would have done") {
    CHECK(undisturbed_factor(1e6, second, 1) == 1);
    CHECK(undisturbed_factor(5e8, second, 1) == Approx(2));
    CHECK(undisturbed_factor(2e9, second, 1) == Approx(20));
    CHECK(undisturbed_factor(5e8, second, 0.6) == 1);
    CHECK(undisturbed_factor(1, 0, 1) == 1);
}
