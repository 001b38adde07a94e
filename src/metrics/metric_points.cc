#include "metrics/metric_points.h"

#include <utility>

#include "base/printable.h"

namespace nmtx {
namespace {

constexpr std::size_t most_label_bytes = 200;

}  // namespace

std::string label_value(std::string_view text) {
    // What the cut leaves of a character is not valid, and so becomes a question mark.
    return printable(text.substr(0, most_label_bytes));
}

void MetricPoints::add(Metric metric, double value, MetricLabels labels) {
    points_[{metric, std::move(labels)}] += value;
}

void MetricPoints::set(Metric metric, double value, MetricLabels labels) {
    points_[{metric, std::move(labels)}] = value;
}

std::vector<MetricPoint> MetricPoints::sorted() const {
    std::vector<MetricPoint> points;
    points.reserve(points_.size());
    for (const auto& [series, value] : points_) points.push_back({series.first, series.second, value});
    return points;
}

}  // namespace nmtx
