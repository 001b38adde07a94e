#include "change/shape.h"

#include "catch.h"
#include "change/made_series.h"

using namespace nmtx;

namespace {

constexpr double minute = 60;
constexpr std::size_t two_hours = 720;

Verdict verdict_of(const std::vector<Point>& points) {
    return shape_of(points, one_mib).verdict;
}

}  // namespace

TEST_CASE("shape: 1 MiB a minute with noise is a leak, at that rate") {
    MadeNoise noise;
    const Shape shape = shape_of(
        points_by(two_hours, [&](double t) { return (200 + t / minute + 3 * noise()) * one_mib; }), one_mib);
    CHECK(shape.verdict == Verdict::leak);
    CHECK(shape.slope->per_second * minute == Approx(one_mib).epsilon(0.02));
    CHECK(shape.rising == 5);
}

TEST_CASE("shape: a leak below a sawtooth is a leak") {
    const auto points = points_by(
        two_hours, [](double t) { return (100 + t / minute + std::fmod(t, 400) / 400 * 20) * one_mib; });
    CHECK(verdict_of(points) == Verdict::leak);
}

TEST_CASE("shape: a leak that comes in steps, as of a pool that grows by 4 MiB, is a leak") {
    CHECK(verdict_of(points_by(two_hours, [](double t) {
              return 4 * std::floor(t / (4 * minute)) * one_mib;
          })) == Verdict::leak);
}

TEST_CASE("shape: what comes at one stroke is no leak, although most of the steps before it rise a little") {
    MadeNoise noise;
    const auto points = points_by(two_hours, [&](double t) {
        const double slow = 4 * t / (120 * minute), stroke = t < 100 * minute ? 0 : 14;
        return (16 + slow + stroke + 0.05 * noise()) * one_mib;
    });
    const Shape shape = shape_of(points, one_mib);
    CHECK(shape.verdict != Verdict::leak);
    CHECK(shape.stroke > 0.5);
}

TEST_CASE("shape: a sawtooth alone is periodic") {
    const Shape shape = shape_of(
        points_by(two_hours, [](double t) { return (100 + std::fmod(t, 400) / 10) * one_mib; }), one_mib);
    CHECK(shape.verdict == Verdict::periodic);
    CHECK(shape.crossings >= 30);
    CHECK(shape.swing == Approx(36 * one_mib).epsilon(0.1));
}

TEST_CASE("shape: what flattens is warm-up: exponential, logarithmic, one step") {
    CHECK(verdict_of(points_by(two_hours, [](double t) {
              return 200 * (1 - std::exp(-t / 1500)) * one_mib;
          })) == Verdict::warm_up);
    // Over the last two thirds of a life, which is what a trend looks at.
    for (const double scale : {0.01, 0.1, 0.2}) {
        CAPTURE(scale);
        const auto points =
            points_by(480, [&](double t) { return 100 * std::log1p((2400 + t) / (7200 * scale)) * one_mib; });
        CHECK(verdict_of(points) == Verdict::warm_up);
    }
    CHECK(verdict_of(points_by(two_hours, [](double t) { return (t < 2500 ? 50 : 90) * one_mib; })) !=
          Verdict::leak);
}

TEST_CASE("shape: one step, wherever it is, is no leak") {
    for (std::size_t at = 10; at < two_hours; at += 35) {
        CAPTURE(at);
        const double second = static_cast<double>(at) * 10;
        CHECK(verdict_of(points_by(two_hours, [&](double t) { return (t < second ? 50 : 90) * one_mib; })) !=
              Verdict::leak);
    }
}

TEST_CASE("shape: noise without growth is flat, and so is growth too small to matter") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        MadeNoise noise(seed);
        CHECK(verdict_of(points_by(61, [&](double) { return (100 + 0.3 * noise()) * one_mib; })) ==
              Verdict::flat);
    }
    CHECK(verdict_of(points_by(two_hours, [](double t) { return 100 * one_mib + t; })) == Verdict::flat);
}

TEST_CASE("shape: a walk at random is seldom taken for a leak") {
    std::size_t leaks = 0;
    constexpr std::size_t tries = 200;
    for (std::uint64_t seed = 1; seed <= tries; ++seed) {
        MadeNoise noise(seed);
        double level = 100;
        const auto points = points_by(360, [&](double) { return (level += 0.3 * noise()) * one_mib; });
        if (verdict_of(points) == Verdict::leak) ++leaks;
    }
    CHECK(leaks <= tries / 10);
}

TEST_CASE("shape: a leak that begins after a warm-up is found in the last half") {
    const Shape shape =
        shape_of(points_by(two_hours,
                           [](double t) { return (300 * (1 - std::exp(-t / 600)) + t / minute) * one_mib; }),
                 one_mib);
    CHECK(shape.verdict == Verdict::leak);
    CHECK(shape.last_half);
    CHECK(shape.slope->per_second * minute == Approx(one_mib).epsilon(0.1));
}

TEST_CASE("shape: what gives memory back is falling") {
    CHECK(verdict_of(points_by(two_hours, [](double t) { return (500 - t / minute) * one_mib; })) ==
          Verdict::falling);
}

TEST_CASE("shape: eleven samples are too few for a verdict, twelve are enough") {
    const auto points = points_by(12, [](double t) { return t * one_mib; });
    CHECK(shape_of(std::span(points).first(11), one_mib).verdict == Verdict::undecided);
    CHECK(shape_of(points, one_mib).verdict == Verdict::leak);
    CHECK(shape_of({}, one_mib).verdict == Verdict::undecided);
}

TEST_CASE("shape: a gap in time does not hide a leak") {
    auto points = points_by(two_hours, [](double t) { return t / minute * one_mib; });
    points.erase(points.begin() + 200, points.begin() + 500);
    const Shape shape = shape_of(points, one_mib);
    CHECK(shape.verdict == Verdict::leak);
    CHECK(shape.slope->per_second * minute == Approx(one_mib).epsilon(0.01));
}

TEST_CASE("shape: law: the unit of time changes no verdict") {
    const std::vector<std::function<double(double)>> shapes{
        [](double t) { return t / 60; }, [](double t) { return 200 * (1 - std::exp(-t / 1500)); },
        [](double t) { return std::fmod(t, 400) / 10; }, [](double) { return 5.0; }};
    for (const auto& shape : shapes) {
        auto points = points_by(two_hours, [&](double t) { return shape(t) * one_mib; });
        const Verdict slow = verdict_of(points);
        for (Point& point : points) point.at /= 60;
        CHECK(verdict_of(points) == slow);
    }
}
