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

std::size_t stratum_of(const TimeWindow& window) {
    return std::min(window.stratum, most_strata - 1);
}

double stretch_of(const TimeWindow& window) {
    return std::max(window.stands_for, window.seconds);
}

// The sums of one, and what its variance is made of.
struct Stratum {
    double value = 0;
    double between = 0;  // of the windows' sums
    double process = 0;  // as of allocations that come one by one: few windows may be alike by chance
    double chosen = 0;   // of what was chosen in the windows
    double time = 0;
    std::size_t windows = 0;
    bool partly = false;  // the windows are not the whole time

    [[nodiscard]] double reach() const {
        const auto count = static_cast<double>(windows);
        const double spread = windows > 1 ? between * count / (count - 1) : 0;
        const double quantile = partly && windows > 1 ? student_975(windows - 1) : normal_975;
        // Few windows make only their own spread uncertain.
        const double by_windows = std::max(quantile * quantile * spread, normal_975 * normal_975 * process);
        return std::sqrt(std::max(by_windows + normal_975 * normal_975 * chosen, 0.0));
    }
};

}  // namespace

double student_975(std::size_t freedom) {
    if (freedom == 0) return quantiles.front();
    if (freedom <= quantiles.size()) return quantiles[freedom - 1];
    // Halfway to the normal distribution's at 60: 2.000.
    return normal_975 + 2.4 / static_cast<double>(freedom);
}

double most_for_seen(double seen) {
    const double next = seen + 1;
    const double root = 1 - 1 / (9 * next) + normal_975 / (3 * std::sqrt(next));
    return next * root * root * root / seen;
}

std::vector<double> window_factors(std::span<const TimeWindow> windows, double total) {
    std::array<double, most_strata> stretches{};
    for (const TimeWindow& window : windows) {
        if (window.seconds > 0) stretches[stratum_of(window)] += stretch_of(window);
    }
    std::vector<double> factors;
    factors.reserve(windows.size());
    for (const TimeWindow& window : windows) {
        const double all = stretches[stratum_of(window)];
        const bool seen = window.seconds > 0 && all > 0;
        factors.push_back(seen ? std::max(1.0, stretch_of(window) / window.seconds * total / all) : 0);
    }
    return factors;
}

Estimate estimate_sum(std::span<const WeightedSample> samples, std::span<const TimeWindow> windows,
                      double total) {
    const std::vector<double> factors = window_factors(windows, total);
    std::vector<double> sums(windows.size(), 0);
    std::array<Stratum, most_strata> strata{};
    double doubt = 0;
    bool unbounded = false;
    for (const WeightedSample& sample : samples) {
        if (sample.window >= sums.size()) continue;
        const double factor = factors[sample.window];
        const double part = sample.value * sample.weight * factor;
        sums[sample.window] += part;
        Stratum& stratum = strata[stratum_of(windows[sample.window])];
        stratum.value += part;
        doubt += sample.doubt * part;
        unbounded = unbounded || sample.doubt >= boundless_doubt;
        stratum.chosen += factor * sample.value * sample.value * sample.weight * (sample.weight - 1);
        if (factor > 1) stratum.process += (1 - 1 / factor) * part * part;
    }
    for (std::size_t i = 0; i < windows.size(); ++i) {
        Stratum& stratum = strata[stratum_of(windows[i])];
        stratum.time += factors[i] * windows[i].seconds;
        stratum.windows += factors[i] > 0 ? 1U : 0U;
        stratum.partly = stratum.partly || factors[i] > 1;
    }
    for (std::size_t i = 0; i < windows.size(); ++i) {
        Stratum& stratum = strata[stratum_of(windows[i])];
        if (factors[i] <= 1 || stratum.time <= 0) continue;
        const double residual = sums[i] - stratum.value / stratum.time * factors[i] * windows[i].seconds;
        stratum.between += (1 - 1 / factors[i]) * residual * residual;
    }
    double value = 0, reach = 0, by_one = 0;
    for (const Stratum& stratum : strata) {
        value += stratum.value;
        reach += stratum.reach() * stratum.reach();
        by_one += stratum.process + stratum.chosen;
    }
    reach = std::sqrt(reach);
    // Of few that come one by one there may be more beyond the mean than there can be below it.
    const double more = by_one > 0 && value > 0 ? value * (most_for_seen(value * value / by_one) - 1) : 0;
    return {value, std::max(0.0, value - reach - doubt), value + std::max(reach, more) + doubt, unbounded};
}

}  // namespace nmtx
