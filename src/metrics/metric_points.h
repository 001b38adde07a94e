// Figures as points of metrics: what is printed, but for the labels that all points of a JVM share.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/metric_table.h"

namespace nmtx {

// A text as the value of a label: valid UTF-8 without control characters, at most 200 bytes. Texts of a
// target may hold anything.
std::string label_value(std::string_view text);

struct MetricLabel {
    std::string_view name;  // of the table
    std::string value;      // made by label_value()
    friend auto operator<=>(const MetricLabel&, const MetricLabel&) = default;
};
using MetricLabels = std::vector<MetricLabel>;

struct MetricPoint {
    Metric metric;
    MetricLabels labels;
    double value = 0;
};

// Points, of which no two are of the same series: a scrape with such two is refused as a whole.
class MetricPoints {
  public:
    // Equal series are summed: different names may look the same once they are cleaned.
    void add(Metric metric, double value, MetricLabels labels = {});
    // The last value counts.
    void set(Metric metric, double value, MetricLabels labels = {});
    // In the order of the table, then by labels.
    [[nodiscard]] std::vector<MetricPoint> sorted() const;

  private:
    std::map<std::pair<Metric, MetricLabels>, double> points_;
};

}  // namespace nmtx
