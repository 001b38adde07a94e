#include "allocations/probe_budget.h"

#include <initializer_list>

#include "allocations/random_numbers.h"
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
    return (cost_ns(HitPrice{}, hits) + plan.closing_cost_ns) / static_cast<double>(plan.cycle_ns);
}

}  // namespace

TEST_CASE("probe budget: a target that seldom allocates has probes all the time, and each call is copied") {
    const WindowPlan plan = two_percent().plan(500, 5);
    CHECK(plan.always());
    CHECK(plan.every == 1);
    CHECK(two_percent().plan(0, 5).always());
}

TEST_CASE(
    "probe budget: where calls are many, one thread has probes, for those of several last while they close") {
    CHECK(two_percent().threads(100, 4) == 4);
    CHECK(two_percent().threads(1e6, 4) == 1);
    CHECK(two_percent(true).threads(1e4, 4) < two_percent().threads(1e4, 4));
    CHECK(two_percent().threads(1e6, 0) == 0);
    const WindowPlan plan = two_percent().plan(100, 20);
    CHECK(plan.cycle_ns >= 2 * plan.closing_ns);
    CHECK(plan.window_ns + plan.closing_ns <= plan.cycle_ns);
}

TEST_CASE("probe budget: whatever the rate, the plan costs no more than the budget") {
    for (const bool returns : {false, true}) {
        for (const double rate : {1.0, 1e3, 1e4, 1e5, 1e6, 5e6}) {
            CAPTURE(returns, rate);
            const WindowPlan plan = two_percent(returns).plan(rate, 5);
            CHECK(paid_share(plan, rate, returns) <= 0.0201);
            CHECK(plan.window_ns >= 10 * ms);
        }
    }
}

TEST_CASE("probe budget: what is paid of it at a high rate is most of it") {
    for (const double rate : {1e5, 1e6}) {
        CAPTURE(rate);
        CHECK(paid_share(two_percent().plan(rate, 5), rate, false) > 0.018);
    }
}

TEST_CASE("probe budget: copies are rarer where a thread keeps its pace then") {
    const HitPrice price{.call_ns = 1000, .return_ns = 3000, .copy_ns = 20'000};
    const ProbeBudget budget(0.02, price, true, 10'000'000, second);
    // Of its time traps take 0.4, so copies may take 0.2: each tenth call.
    CHECK(budget.plan(1e5, 5).every == 5);
    CHECK(budget.plan(1e5, 5, 1e5).every == 10);
    CHECK(budget.plan(1e5, 5, 1e4).every == 5);
    // Traps are too many without any copy, or all but.
    CHECK(budget.plan(1e6, 5, 1e6).every == 5);
    CHECK(budget.plan(149'999, 5, 149'999).every == 5);
    CHECK(paid_share(budget.plan(1e5, 5, 1e5), 1e5, true) > 0.018);
}

TEST_CASE("probe budget: what was paid too much is made good by a longer stretch") {
    const ProbeBudget budget = two_percent();
    const WindowPlan plan = budget.plan(1e6, 5);
    const std::uint64_t left = 60 * second;
    const std::uint64_t usual = budget.stretch_ns(plan, 0, 0, 0, left);
    CHECK(usual >= plan.cycle_ns);
    CHECK(usual <= 2 * plan.cycle_ns);
    // 100 ms paid in the first second: the budget of five.
    const std::uint64_t longer = budget.stretch_ns(plan, 1e8, 0, second, left - second);
    CHECK(longer >= 4 * second + plan.cycle_ns);
    CHECK(budget.stretch_ns(plan, 1e6, 0, 30 * second, 30 * second) >= plan.cycle_ns);
    // The next one is expected to cost what the last one did: the budget of four seconds.
    CHECK(budget.stretch_ns(plan, 0, 8e7, 0, left) >= 39 * second / 10);
}

TEST_CASE("probe budget: the last window may cost what is left") {
    const ProbeBudget budget = two_percent();
    const WindowPlan plan = budget.plan(1e6, 5);
    const double usual = budget.most_ns(plan);
    CHECK(budget.limit_ns(plan, 0, 60 * second) == Approx(1.5 * usual));
    CHECK(budget.limit_ns(plan, 1.2e9 - 0.7 * usual, 60 * second) == Approx(0.7 * usual));
    CHECK(budget.limit_ns(plan, 2e9, 60 * second) == Approx(0.1 * usual));
}

TEST_CASE("probe budget: a thread that traps leave no time shows what they cost") {
    // Of a second 800 ms by the price.
    CHECK(times_as_dear(8e8, second, 1) == Approx(1.25));
    CHECK(times_as_dear(6.5e8, second, 1) == Approx(1 / 0.65));
    CHECK(times_as_dear(2e9, second, 1) == 1);
    // Its own work may take that much, and one with time to spare shows nothing.
    CHECK(times_as_dear(5e8, second, 1) == 1);
    CHECK(times_as_dear(8e8, second, 0.8) == 1);
    CHECK(times_as_dear(0, 0, 1) == 1);
    const HitPrice raised = dearer({}, 1.25);
    CHECK(raised.call_ns == Approx(1.25 * HitPrice{}.call_ns));
    CHECK(raised.look_ns == HitPrice{}.look_ns);
}

TEST_CASE("probe budget: stretches fill the time, and none is begun that cannot be paid in it") {
    const ProbeBudget budget = two_percent();
    const WindowPlan plan = budget.plan(1e6, 5);
    std::uint64_t at = 0;
    int stretches = 0;
    for (; at < 10 * second && stretches < 20; ++stretches)
        at += budget.stretch_ns(plan, 0.02 * static_cast<double>(at), 0, at, 10 * second - at);
    CHECK(at == 10 * second);
    CHECK(stretches >= 8);
    CHECK(budget.stretch_ns(plan, 1e9, 0, 0, 10 * second) == 0);
    CHECK(budget.stretch_ns(plan, 0, 0, 10 * second, 0) == 0);
}

TEST_CASE("probe budget: intervals between copies have no small factor in common with the target's own") {
    RandomNumbers random(1);
    double sum = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t every = random_interval(20, random.next());
        sum += static_cast<double>(every);
        CHECK((every % 2 != 0 && every % 3 != 0));
    }
    CHECK(sum / 1000 == Approx(20).epsilon(0.15));
    CHECK(random_interval(1, random.next()) == 1);
    CHECK(random_interval(0, random.next()) == 1);
    CHECK(random_interval(2, random.next()) >= 1);
}

TEST_CASE("probe budget: a thread without time to spare is counted for what it would have done") {
    CHECK(undisturbed(1e6, second, 100'000, 1, 1).factor == 1);
    CHECK(undisturbed(5e8, second, 100'000, 1, 1).factor == Approx(2));
    CHECK(undisturbed(5e8, second, 100'000, 1, 1).doubt == Approx(price_doubt));
    CHECK(undisturbed(2e9, second, 100'000, 1, 1).factor == Approx(20));
    CHECK(undisturbed(5e8, second, 100'000, 0.6, 1).factor == 1);
    // A second of 1.67: what takes 5 ms without traps takes 7.14 with them.
    CHECK(undisturbed(5e8, second, 100'000, 0.6, 1).doubt == Approx(5e6 * (0.3 / 0.7) / (1e9 / 0.6)));
    CHECK(undisturbed(1, 0, 1, 1, 1).factor == 1);
}

TEST_CASE("budget of probes: a thread with time to spare keeps its pace, as far as it can") {
    constexpr std::uint64_t calls = 500'000;
    // The traps take half of the window, and it needs a fifth: none is missing, whatever their price.
    CHECK(undisturbed(5e8, second, calls, 1, 0.2).factor == 1);
    CHECK(undisturbed(5e8, second, calls, 1, 0.2).doubt < 1e-9);
    // It needs half of the time, and had a fifth of it or more: the rest of its calls comes later.
    CHECK(undisturbed(5e8, second, calls, 1, 0.5).factor == 1);
    CHECK(undisturbed(5e8, second, calls, 1, 0.5).doubt == Approx(0.5 / 0.2 - 1));
    // It needs a tenth and traps take half, but it had no time to spare: they must have taken more.
    CHECK(undisturbed(5e8, second, calls, 1, 0.1).factor == 1);
    CHECK(undisturbed(5e8, second, calls, 1, 0.1).doubt == Approx(0.1 / 0.005 - 1));
    // The traps take nearly all of it: half a million calls need 5 ms, or how much longer is not known.
    CHECK(undisturbed(9e8, second, calls, 1, 0.05).factor == 1);
    CHECK(undisturbed(9e8, second, calls, 1, 0.05).doubt == Approx(9));
    // How busy it was before is not known.
    CHECK(undisturbed(5e8, second, calls, 1, std::nullopt).factor == 1);
    CHECK(undisturbed(5e8, second, calls, 1, std::nullopt).doubt == Approx(1 / 0.2 - 1));
}
