#include "allocations/estimate.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "allocations/byte_sampler.h"
#include "catch.h"

using namespace nmtx;

namespace {

// A target that allocates blocks of mixed sizes at random times: 10 s, windows of 20 ms every 500 ms.
struct Simulated {
    double truth = 0;
    Estimate estimate;
};

Simulated simulate(double blocks_a_second, double period, double window_s, double cycle_s,
                   std::uint64_t seed) {
    constexpr double total_s = 10;
    std::mt19937_64 random(seed);
    ByteSampler sampler(period, seed + 1'000'000);
    std::exponential_distribution<double> gap(blocks_a_second);
    std::lognormal_distribution<double> size(5, 1.5);
    std::uniform_real_distribution<double> place(0, cycle_s - window_s);
    std::vector<double> begins;
    std::vector<TimeWindow> lengths;
    for (double at = 0; at + cycle_s <= total_s + 1e-9; at += cycle_s) {
        begins.push_back(at + (window_s < cycle_s ? place(random) : 0));
        lengths.push_back({window_s, cycle_s});
    }
    Simulated out;
    std::vector<WeightedSample> samples;
    for (double now = gap(random); now < total_s; now += gap(random)) {
        const auto bytes = static_cast<std::uint64_t>(std::max(1.0, size(random)));
        out.truth += static_cast<double>(bytes);
        const auto window = static_cast<std::size_t>(now / cycle_s);
        if (window >= begins.size() || now < begins[window] || now >= begins[window] + window_s) continue;
        if (const auto chance = sampler.choose(bytes))
            samples.push_back({static_cast<std::uint32_t>(window), static_cast<double>(bytes), 1 / *chance});
    }
    out.estimate = estimate_sum(samples, lengths, total_s);
    return out;
}

// Of 200 runs: how many intervals hold the truth, and the mean of estimate / truth.
struct Held {
    int intervals = 0;
    double mean = 0;
};

Held hold(double blocks_a_second, double period, double window_s, double cycle_s) {
    constexpr int runs = 200;
    Held held;
    for (int i = 0; i < runs; ++i) {
        const Simulated one =
            simulate(blocks_a_second, period, window_s, cycle_s, static_cast<std::uint64_t>(i) + 1);
        held.intervals += one.estimate.low <= one.truth && one.truth <= one.estimate.high ? 1 : 0;
        held.mean += one.estimate.value / one.truth / runs;
    }
    return held;
}

}  // namespace

TEST_CASE("estimate: with probes all the time, 95 % of intervals hold the bytes, and no estimate is biased") {
    const Held held = hold(2000, 4096, 0.5, 0.5);
    CHECK(held.intervals >= 182);
    CHECK(held.intervals <= 199);
    CHECK(std::abs(held.mean - 1) < 0.01);
}

TEST_CASE("estimate: with short windows too, and sampling in them") {
    const Held held = hold(5000, 1024, 0.05, 0.5);
    CHECK(held.intervals >= 180);
    CHECK(std::abs(held.mean - 1) < 0.02);
}

TEST_CASE("estimate: where all is seen it is exact") {
    const std::vector<WeightedSample> samples{{0, 100, 1}, {0, 50, 1}, {1, 7, 1}};
    const std::vector<TimeWindow> windows{{0.5, 0.5}, {0.5, 0.5}};
    const Estimate estimate = estimate_sum(samples, windows, 1);
    CHECK(estimate.value == 157);
    CHECK(estimate.low == 157);
    CHECK(estimate.high == 157);
}

TEST_CASE("estimate: bursts make the interval wider") {
    std::vector<WeightedSample> even, bursts;
    const std::vector<TimeWindow> windows(10, {0.1, 1});
    for (std::uint32_t i = 0; i < 100; ++i) {
        even.push_back({i % 10, 1000, 1});
        bursts.push_back({i % 2, 1000, 1});
    }
    const Estimate calm = estimate_sum(even, windows, 10), wild = estimate_sum(bursts, windows, 10);
    CHECK(calm.value == Approx(wild.value));
    CHECK(wild.high - wild.value > 2 * (calm.high - calm.value));
    CHECK(calm.high > calm.value);
    CHECK(calm.low >= 0);
}

namespace {

// A target that allocates a byte 100,000 times a second for about 3 s, and then nothing for as long. A window
// of it ends when it has cost enough, and the next stretch is longer.
Simulated simulate_bursts(std::uint64_t seed) {
    constexpr double total_s = 60, rate = 100'000, usual_s = 0.5, most_calls = 1000;
    std::mt19937_64 random(seed);
    std::vector<double> turns{0};
    std::exponential_distribution<double> lasts(1 / 3.0);
    while (turns.back() < total_s) turns.push_back(turns.back() + lasts(random));
    const auto calls_until = [&](double time) {
        double calls = 0;
        for (std::size_t i = 0; i + 1 < turns.size(); i += 2)
            calls += rate * std::max(0.0, std::min(time, turns[i + 1]) - std::min(time, turns[i]));
        return calls;
    };
    Simulated out;
    out.truth = calls_until(total_s);
    std::vector<WeightedSample> samples;
    std::vector<TimeWindow> windows;
    double stretch = usual_s;
    for (double at = 0; at + stretch <= total_s; at += windows.back().stands_for) {
        const double begin = at + std::uniform_real_distribution<double>(0, stretch * 0.8)(random);
        double seconds = 0;
        while (seconds < stretch * 0.2 && calls_until(begin + seconds) - calls_until(begin) < most_calls)
            seconds += 0.001;
        const double calls = calls_until(begin + seconds) - calls_until(begin);
        if (calls > 0) samples.push_back({static_cast<std::uint32_t>(windows.size()), calls, 1});
        windows.push_back({seconds, stretch});
        stretch = std::max(usual_s, calls / 500);
    }
    out.estimate = estimate_sum(samples, windows, total_s);
    return out;
}

}  // namespace

TEST_CASE("estimate: a burst counts as long as it lasts, though its windows are short and its pauses long") {
    Held held;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const Simulated one = simulate_bursts(seed);
        held.intervals += one.estimate.low <= one.truth && one.truth <= one.estimate.high ? 1 : 0;
        held.mean += one.estimate.value / one.truth / 200;
    }
    CHECK(std::abs(held.mean - 1) < 0.03);
    CHECK(held.intervals >= 180);
}

TEST_CASE("estimate: strata are estimated apart, whatever windows each has") {
    // 10 s; of the first 5 windows of 0.1 s, of the second one of 0.5 s.
    std::vector<TimeWindow> windows(5, {0.1, 2, 0});
    windows.push_back({0.5, 5, 1});
    std::vector<WeightedSample> samples;
    for (std::uint32_t i = 0; i < 5; ++i) samples.push_back({i, 10, 1});
    samples.push_back({5, 100, 1});
    CHECK(estimate_sum(samples, windows, 10).value == Approx(10 * 100 + 100 * 20));
    const std::vector<double> factors = window_factors(windows, 10);
    CHECK(factors[0] == Approx(20));
    CHECK(factors[5] == Approx(20));
}

TEST_CASE("estimate: what may be wrong in all samples the same way makes the interval wider by all of it") {
    const std::vector<TimeWindow> windows{{1, 1}};
    const std::vector<WeightedSample> sure{{0, 100, 1}}, doubtful{{0, 100, 1, 0.5}};
    CHECK(estimate_sum(sure, windows, 1).high == 100);
    CHECK(estimate_sum(doubtful, windows, 1).high == 150);
    CHECK(estimate_sum(doubtful, windows, 1).low == 50);
}

TEST_CASE("estimate: without a window there is none") {
    CHECK(estimate_sum({}, {}, 10).value == 0);
    const std::vector<TimeWindow> windows{{1, 1}};
    CHECK(estimate_sum({}, windows, 10).high == 0);
    const std::vector<WeightedSample> of_another{{5, 100, 1}};
    CHECK(estimate_sum(of_another, windows, 10).value == 0);
}

TEST_CASE("estimate: where a part may be many times as much, there is no bound") {
    const std::vector<TimeWindow> windows{{1, 1}};
    const std::vector<WeightedSample> slowed{{0, 100, 1, 0}, {0, 50, 1, boundless_doubt}};
    CHECK(estimate_sum(slowed, windows, 1).value == 150);
    CHECK(estimate_sum(slowed, windows, 1).unbounded);
    CHECK_FALSE(estimate_sum(std::span(slowed).first(1), windows, 1).unbounded);
}

TEST_CASE("estimate: the quantiles are Student's") {
    CHECK(student_975(1) > 12.7);
    CHECK(student_975(30) < 2.05);
    CHECK(student_975(60) == Approx(2.0).epsilon(0.001));
    CHECK(student_975(100'000) < 1.961);
    for (std::size_t i = 1; i < 200; ++i) CHECK(student_975(i + 1) <= student_975(i));
}

TEST_CASE(
    "byte sampler: large blocks are nearly certain, small ones by their sum, and of no bytes as of one") {
    CHECK(chance_of(1'000'000, 1000) == Approx(1));
    CHECK(chance_of(1, 1000) == Approx(0.001).epsilon(0.001));
    CHECK(chance_of(0, 1000) == chance_of(1, 1000));
    CHECK(chance_of(5, 0) == 1);
    ByteSampler sampler(1000, 7);
    int chosen = 0;
    for (int i = 0; i < 100'000; ++i) chosen += sampler.choose(10) ? 1 : 0;
    // 995 are expected, with a standard deviation of 31.
    CHECK(chosen > 870);
    CHECK(chosen < 1120);
}

TEST_CASE(
    "byte sampler: one that is shown a tenth chooses as many points of it as ten times as many bytes have") {
    ByteSampler sampler(1000, 9);
    double bytes = 0;
    for (int i = 0; i < 100'000; ++i) {
        if (const auto chance = sampler.choose(10, 0.1)) bytes += 10 / *chance * 10;
    }
    CHECK(bytes == Approx(10'000'000).epsilon(0.1));
}

TEST_CASE("estimate: the mean of a Poisson distribution of which so few were seen, by Garwood's table") {
    CHECK(most_for_seen(1) == Approx(5.572).epsilon(0.01));
    CHECK(2 * most_for_seen(2) == Approx(7.225).epsilon(0.005));
    CHECK(10 * most_for_seen(10) == Approx(18.39).epsilon(0.001));
    CHECK(100 * most_for_seen(100) == Approx(121.6).epsilon(0.001));
}
