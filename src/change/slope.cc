#include "change/slope.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nmtx {
namespace {

// The correlation of each residual with the one before it; 0 where they do not vary.
double lag_one(const std::vector<double>& residuals) {
    const double mean =
        std::accumulate(residuals.begin(), residuals.end(), 0.0) / static_cast<double>(residuals.size());
    double together = 0, alone = 0;
    for (std::size_t i = 0; i < residuals.size(); ++i) {
        const double here = residuals[i] - mean;
        alone += here * here;
        if (i > 0) together += here * (residuals[i - 1] - mean);
    }
    return alone > 0 ? together / alone : 0;
}

// How many places in the sorted slopes the interval reaches to either side, for 95 %.
double reach_of_interval(std::size_t points, double correlation) {
    constexpr double z = 1.96;
    const auto n = static_cast<double>(points);
    const double variance = n * (n - 1) * (2 * n + 5) / 18;
    const double follow = std::clamp(correlation, 0.0, 0.9);
    return z * std::sqrt(variance * (1 + follow) / (1 - follow)) / 2;
}

std::vector<double> ranks_of(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return values[a] != values[b] ? values[a] < values[b] : a < b;
    });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first;
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        const double shared = static_cast<double>(first + end - 1) / 2;
        for (; first < end; ++first) ranks[order[first]] = shared;
    }
    return ranks;
}

}  // namespace

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const auto place = static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::min(place, values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

std::optional<Slope> theil_sen(std::span<const Point> points) {
    if (points.size() < 3) return std::nullopt;
    std::vector<double> slopes;
    slopes.reserve(points.size() * (points.size() - 1) / 2);
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            const double apart = points[j].at - points[i].at;
            if (apart > 0) slopes.push_back((points[j].value - points[i].value) / apart);
        }
    }
    if (slopes.size() < 3) return std::nullopt;
    Slope slope;
    slope.per_second = median(slopes);
    std::vector<double> residuals;
    residuals.reserve(points.size());
    for (const Point& point : points) residuals.push_back(point.value - slope.per_second * point.at);
    slope.at_zero = median(residuals);
    for (double& residual : residuals) residual -= slope.at_zero;
    const double reach = reach_of_interval(points.size(), lag_one(residuals));
    const double middle = static_cast<double>(slopes.size() - 1) / 2;
    const double last = static_cast<double>(slopes.size() - 1);
    slope.low = quantile(slopes, std::max(middle - reach, 0.0) / last);
    slope.high = quantile(std::move(slopes), std::min(middle + reach, last) / last);
    for (double& residual : residuals) residual = std::abs(residual);
    slope.noise = 1.4826 * median(std::move(residuals));
    return slope;
}

std::vector<Point> medians_of_spans(std::span<const Point> points, std::size_t most) {
    if (points.size() <= most) return {points.begin(), points.end()};
    const double begin = points.front().at;
    const double span = (points.back().at - begin) / static_cast<double>(most);
    std::vector<Point> medians;
    std::vector<double> times, values;
    const auto take = [&] {
        if (!times.empty()) medians.push_back({median(std::move(times)), median(std::move(values))});
        times.clear();
        values.clear();
    };
    double end = begin + span;
    std::size_t number = 1;
    for (const Point& point : points) {
        while (point.at > end && number < most) {
            take();
            end = begin + span * static_cast<double>(++number);
        }
        times.push_back(point.at);
        values.push_back(point.value);
    }
    take();
    return medians;
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size() || a.size() < 2) return 0;
    const std::vector<double> ranks_a = ranks_of(a), ranks_b = ranks_of(b);
    const double mean = static_cast<double>(a.size() - 1) / 2;
    double together = 0, of_a = 0, of_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        together += (ranks_a[i] - mean) * (ranks_b[i] - mean);
        of_a += (ranks_a[i] - mean) * (ranks_a[i] - mean);
        of_b += (ranks_b[i] - mean) * (ranks_b[i] - mean);
    }
    return of_a > 0 && of_b > 0 ? together / std::sqrt(of_a * of_b) : 0;
}

}  // namespace nmtx
