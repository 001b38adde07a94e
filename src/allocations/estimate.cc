#include "allocations/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace nmtx {
namespace {

constexpr std::array<double, 30> quantiles{
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120,  2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
constexpr double normal_975 = 1.960;

// Of the sums of the windows, as clusters of allocations.
double spread_between(std::span<const double> sums, std::span<const double> windows, double rate) {
    if (windows.size() < 2) return 0;
    double squares = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const double residual = sums[i] - rate * windows[i];
        squares += residual * residual;
    }
    const auto count = static_cast<double>(windows.size());
    return squares * count / (count - 1);
}

}  // namespace

double student_975(std::size_t freedom) {
    if (freedom == 0) return quantiles.front();
    if (freedom <= quantiles.size()) return quantiles[freedom - 1];
    // Halfway to the normal distribution's at 60: 2.000.
    return normal_975 + 2.4 / static_cast<double>(freedom);
}

Estimate estimate_sum(std::span<const WeightedSample> samples, std::span<const double> windows,
                      double total) {
    const double seen = std::accumulate(windows.begin(), windows.end(), 0.0);
    if (seen <= 0 || total <= 0) return {};
    std::vector<double> sums(windows.size(), 0);
    double sum = 0, chosen = 0, process = 0;
    for (const WeightedSample& sample : samples) {
        if (sample.window >= sums.size()) continue;
        const double part = sample.value * sample.weight;
        sums[sample.window] += part;
        sum += part;
        chosen += part * sample.value * (sample.weight - 1);
        process += part * part;
    }
    const double covered = std::min(1.0, seen / total);
    const double rate = sum / seen;
    // Few windows may be alike by chance: allocations that come one by one spread no less than this.
    const double between = std::max(spread_between(sums, windows, rate), process);
    const double variance = (1 - covered) * between + covered * chosen;
    const bool by_windows = covered < 1 && windows.size() > 1;
    const double quantile = by_windows ? student_975(windows.size() - 1) : normal_975;
    const double up = total / seen;
    const double reach = quantile * up * std::sqrt(std::max(variance, 0.0));
    const double value = sum * up;
    return {value, std::max(0.0, value - reach), value + reach};
}

}  // namespace nmtx
