#include "platform/serve/cpu_budget.h"

#include <algorithm>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t second = 1'000'000'000;

// CPU time in milliseconds that samples of `cost_ms` take in so many seconds, each begun as soon as it may.
double spent_in(CpuBudget& budget, double cost_ms, std::uint64_t from, std::uint64_t seconds) {
    double spent = 0;
    std::uint64_t now = from;
    while (now < from + seconds * second) {
        budget.spend(cost_ms, now);
        spent += cost_ms;
        now = std::max(budget.ready_at(now), now + second / 20);
    }
    return spent;
}

}  // namespace

TEST_CASE("budget: samples take the share, and at the beginning that of a quarter of an hour besides") {
    CpuBudget budget(0.002, 0);
    const double first = spent_in(budget, 30, 0, 3600);
    CHECK(first >= 7200);
    CHECK(first <= 7200 + 1800 + 2 * 30);
    const double second_hour = spent_in(budget, 30, 3600 * second, 3600);
    CHECK(second_hour <= 7200 + 2 * 30);
}

TEST_CASE("budget: what is spent in advance is paid back before the next sample") {
    CpuBudget budget(0.01, 0);
    budget.spend(9000, 0);
    CHECK(budget.ready_at(0) == 0);
    budget.spend(100, 0);
    CHECK(budget.ready_at(0) == 10 * second);
    CHECK(budget.ready_at(10 * second) == 10 * second);
}

TEST_CASE("budget: under pressure only a part is granted, and nothing is saved") {
    CpuBudget budget(0.01, 0);
    budget.slow_down(4, 0);
    budget.spend(10, 0);
    CHECK(budget.ready_at(0) == 4 * second);
    budget.spend(10, 3600 * second);
    CHECK(budget.ready_at(3600 * second) == 3604 * second);
    budget.slow_down(1, 3600 * second);
    CHECK(budget.ready_at(3600 * second) == 3601 * second);
}

TEST_CASE("budget: under pressure first samples may owe what is saved at the beginning, and no more") {
    CpuBudget budget(0.01, 0);
    budget.slow_down(16, 0);
    budget.spend(8990, 0);
    CHECK(budget.ready_at(0) > 0);
    CHECK(budget.may_owe(0));
    budget.spend(10, 0);
    CHECK_FALSE(budget.may_owe(0));
    CHECK(budget.may_owe(second));
}

TEST_CASE("budget: JVMs that start and end all the time leave half of it to the others") {
    for (const double slowdown : {1.0, 16.0}) {
        CpuBudget budget(0.01, 0);
        budget.slow_down(slowdown, 0);
        double known = 0, all = 0;
        // In each round a new one if it may begin, and another one if that may.
        for (std::uint64_t now = 0; now < 10 * 3600 * second; now += second / 10) {
            for (const SpentOn what : {SpentOn::new_jvms, SpentOn::known_jvms}) {
                const bool is_known = what == SpentOn::known_jvms;
                if (is_known ? budget.ready_at(now) > now : !budget.may_owe(now)) continue;
                budget.spend(100, now, what);
                all += 100;
                known += is_known ? 100 : 0;
            }
        }
        const double granted = 10 * 3600 * 1000 * 0.01 / slowdown;
        CHECK(known > 0.45 * granted);
        CHECK(all < granted + 2 * 9000 + 300);
        CHECK(all - known > 0.45 * granted);
    }
}

TEST_CASE("budget: pressure slows samples down") {
    CHECK(slowdown_of(0, 0) == 1);
    CHECK(slowdown_of(40, 0) == 4);
    CHECK(slowdown_of(0, 6) == 4);
    CHECK(slowdown_of(90, 0) == 16);
    CHECK(slowdown_of(0, 25) == 16);
}
