#include "change/slope.h"

#include "catch.h"
#include "change/made_series.h"

using namespace nmtx;

namespace {

double about(double value) {
    return std::round(value * 1000) / 1000;
}

}  // namespace

TEST_CASE("slope: a straight line's own, whatever the interval's width") {
    const auto line = theil_sen(points_by(50, [](double t) { return 7 + 3 * t; })).value();
    CHECK(about(line.per_second) == 3);
    CHECK(about(line.at_zero) == 7);
    CHECK(about(line.low) == 3);
    CHECK(about(line.high) == 3);
    CHECK(line.noise == Approx(0).margin(1e-6));
}

TEST_CASE("slope: outliers at a quarter of the points do not move it") {
    const auto line = theil_sen(points_by(100, [](double t) { return std::fmod(t, 40) == 0 ? 1e9 : 2 * t; }));
    REQUIRE(line);
    CHECK(line->per_second == Approx(2).epsilon(0.01));
}

TEST_CASE("slope: the interval holds the true slope, and is wider where there is more noise") {
    std::size_t held = 0;
    double narrow = 0, wide = 0;
    constexpr std::size_t tries = 200;
    for (std::uint64_t seed = 1; seed <= tries; ++seed) {
        MadeNoise noise(seed), louder(seed);
        const auto quiet = theil_sen(points_by(40, [&](double t) { return t + 20 * noise(); })).value();
        const auto loud = theil_sen(points_by(40, [&](double t) { return t + 200 * louder(); })).value();
        held += quiet.low <= 1 && 1 <= quiet.high ? 1 : 0;
        narrow += quiet.high - quiet.low;
        wide += loud.high - loud.low;
    }
    CHECK(held >= tries * 92 / 100);
    CHECK(wide > 5 * narrow);
}

TEST_CASE("slope: a sawtooth's is none, and its interval says so") {
    const auto line = theil_sen(points_by(200, [](double t) { return std::fmod(t, 300); })).value();
    CHECK(line.low <= 0);
    CHECK(line.high >= 0);
}

TEST_CASE("slope: too few points, or all at one time, have none") {
    CHECK_FALSE(theil_sen(std::vector<Point>{}));
    CHECK_FALSE(theil_sen(std::vector<Point>{{0, 1}, {1, 2}}));
    CHECK_FALSE(theil_sen(std::vector<Point>{{5, 1}, {5, 2}, {5, 3}, {5, 4}}));
}

TEST_CASE("slope: law: adding a constant changes nothing, a factor multiplies it") {
    MadeNoise noise;
    const auto points = points_by(60, [&](double t) { return 0.5 * t + 30 * noise(); });
    auto higher = points, steeper = points;
    for (Point& point : higher) point.value += 1e6;
    for (Point& point : steeper) point.value *= -4;
    const auto line = theil_sen(points).value();
    CHECK(theil_sen(higher)->per_second == Approx(line.per_second));
    CHECK(theil_sen(steeper)->per_second == Approx(-4 * line.per_second));
    CHECK(theil_sen(steeper)->low == Approx(-4 * line.high));
}

TEST_CASE("medians of spans: few points are left alone, many give one to each span") {
    const auto points = points_by(10'000, [](double t) { return t; });
    CHECK(medians_of_spans(std::span(points).first(5), 8).size() == 5);
    const auto medians = medians_of_spans(points, 100);
    REQUIRE(medians.size() == 100);
    for (std::size_t i = 1; i < medians.size(); ++i) {
        CHECK(medians[i].at > medians[i - 1].at);
        CHECK(medians[i].value == Approx(medians[i].at));
    }
    CHECK(theil_sen(medians)->per_second == Approx(1));
}

TEST_CASE("medians of spans: a gap has none") {
    std::vector<Point> points = points_by(100, [](double) { return 1.0; });
    for (Point& point : points) point.at += point.at >= 500 ? 1e6 : 0;
    const auto medians = medians_of_spans(points, 10);
    CHECK(medians.size() == 2);
}

TEST_CASE("rank correlation: of what rises together, against each other, and not at all") {
    const std::vector<double> rising{1, 2, 3, 4, 5}, steep{1, 10, 100, 1000, 10000}, falling{5, 4, 3, 2, 1},
        still{7, 7, 7, 7, 7};
    CHECK(rank_correlation(rising, steep) == Approx(1));
    CHECK(rank_correlation(rising, falling) == Approx(-1));
    CHECK(rank_correlation(rising, still) == 0);
    CHECK(rank_correlation(rising, std::vector<double>{1, 2}) == 0);
}
