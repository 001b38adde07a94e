#include "allocations/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace nmtx {
namespace {

constexpr std::array<double, 30> quantiles{
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120,  2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
constexpr double normal_975 = 1.960;

}  // namespace

double student_975(std::size_t freedom) {
    if (freedom == 0) return quantiles.front();
    if (freedom <= quantiles.size()) return quantiles[freedom - 1];
    // Halfway to the normal distribution's at 60: 2.000.
    return normal_975 + 2.4 / static_cast<double>(freedom);
}

std::vector<double> window_factors(std::span<const TimeWindow> windows, double total) {
    double stretches = 0;
    for (const TimeWindow& window : windows) {
        if (window.seconds > 0) stretches += std::max(window.stands_for, window.seconds);
    }
    std::vector<double> factors;
    factors.reserve(windows.size());
    for (const TimeWindow& window : windows) {
        const double stretch = std::max(window.stands_for, window.seconds);
        const bool seen = window.seconds > 0 && stretches > 0;
        factors.push_back(seen ? std::max(1.0, stretch / window.seconds * total / stretches) : 0);
    }
    return factors;
}

Estimate estimate_sum(std::span<const WeightedSample> samples, std::span<const TimeWindow> windows,
                      double total) {
    const std::vector<double> factors = window_factors(windows, total);
    std::vector<double> sums(windows.size(), 0);
    double value = 0, chosen = 0, process = 0;
    for (const WeightedSample& sample : samples) {
        if (sample.window >= sums.size()) continue;
        const double factor = factors[sample.window];
        const double part = sample.value * sample.weight * factor;
        sums[sample.window] += part;
        value += part;
        chosen += factor * sample.value * sample.value * sample.weight * (sample.weight - 1);
        if (factor > 1) process += (1 - 1 / factor) * part * part;
    }
    double time = 0, between = 0, used = 0, partly = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        time += factors[i] * windows[i].seconds;
        used += factors[i] > 0 ? 1 : 0;
        partly += factors[i] > 1 ? 1 : 0;
    }
    if (time <= 0) return {};
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const double residual = sums[i] - value / time * factors[i] * windows[i].seconds;
        if (factors[i] > 1) between += (1 - 1 / factors[i]) * residual * residual;
    }
    between *= used > 1 ? used / (used - 1) : 0;
    // Few windows may be alike by chance: allocations that come one by one spread no less than this.
    const double variance = std::max(between, process) + chosen;
    const bool by_windows = partly > 0 && used > 1;
    const double quantile = by_windows ? student_975(static_cast<std::size_t>(used) - 1) : normal_975;
    const double reach = quantile * std::sqrt(std::max(variance, 0.0));
    return {value, std::max(0.0, value - reach), value + reach};
}

}  // namespace nmtx
