// A straight line through points that is robust against outliers, steps and sawteeth: Theil-Sen, the median
// of the slopes of all pairs (Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace nmtx {

struct Point {
    double at = 0;  // seconds
    double value = 0;
};

struct Slope {
    double per_second = 0;
    // The 95 % interval of the slope: from the distribution of Kendall's tau, wider where residuals are
    // correlated in time (Yue and Wang 2004), as in a sawtooth.
    double low = 0, high = 0;
    double at_zero = 0;  // the line's value at second 0
    double noise =
        0;  // of the residuals: 1.4826 x their median absolute deviation, which is sigma if they are normal
};

// Needs three points at different times, ascending; nothing otherwise. Time is quadratic in their number:
// see medians_of_spans.
std::optional<Slope> theil_sen(std::span<const Point> points);

// At most `most` points: the medians, by time and by value, of that many equal spans of time. The same
// points give the same medians. If there are few enough points, they are returned unchanged.
std::vector<Point> medians_of_spans(std::span<const Point> points, std::size_t most);

// The middle value, or the mean of the two middle ones. 0 for no values.
double median(std::vector<double> values);
// The value below which a share (0 to 1) of the values lies. 0 for no values.
double quantile(std::vector<double> values, double share);

// Rank correlation, -1 to 1 (Spearman). 0 where one of both does not vary, or their lengths differ.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace nmtx
