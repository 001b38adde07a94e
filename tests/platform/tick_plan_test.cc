#include "platform/profile/tick_plan.h"

#include <array>

#include "catch.h"

using nmtx::TickPlan;

TEST_CASE("ticks: each period has one, anywhere in it") {
    TickPlan plan(1000, 50, 10'000, 42);
    std::array<std::size_t, 5> tenths{};
    for (std::uint64_t n = 0; !plan.over(); ++n) {
        const std::uint64_t begin = 1000 + n * 50;
        REQUIRE(plan.next() >= begin);
        REQUIRE(plan.next() < begin + 50);
        ++tenths[(plan.next() - begin) / 10];
        REQUIRE(plan.advance(plan.next()) == 0);
    }
    for (const std::size_t count : tenths) CHECK((count > 1800 && count < 2200));
    CHECK(plan.end() == 1000 + 50 * 10'000);
}

TEST_CASE("ticks: whose periods have passed are skipped and counted, a late one is not") {
    TickPlan plan(0, 100, 10, 1);
    CHECK(plan.advance(199) == 0);  // in the period of the next one
    CHECK(plan.advance(199) == 0);
    CHECK(plan.next() >= 200);
    CHECK(plan.advance(650) == 3);  // those of 300, 400 and 500
    CHECK(plan.next() >= 600);
    CHECK(plan.next() < 700);
    CHECK(plan.advance(100'000) == 3);
    CHECK(plan.over());
}
