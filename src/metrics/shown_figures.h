// Which points of a host's figures are given out, whatever the format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/host_figures.h"

namespace nmtx {

// Series of all JVMs together. Where they would be more, whole JVMs are left out and counted.
inline constexpr std::size_t most_series = 100'000;

// A JVM whose series are shown. Refers to the figures that it is made of.
struct ShownJvm {
    const JvmState* jvm = nullptr;
    std::vector<MetricPoint> own;  // those that do not come from a sample
    std::span<const MetricPoint> totals, owners;

    [[nodiscard]] std::size_t series() const { return own.size() + totals.size() + owners.size(); }
    [[nodiscard]] std::array<std::span<const MetricPoint>, 3> parts() const { return {own, totals, owners}; }
};

struct ShownFigures {
    std::vector<ShownJvm> jvms;
    std::vector<MetricPoint> host;
};

// `now_ms`: since boot, for the ages. Valid as long as `host` is.
ShownFigures shown_figures(const HostFigures& host, std::int64_t now_ms, std::size_t most = most_series);

// Those of one metric; `points` are in the order of the table.
std::span<const MetricPoint> points_of(std::span<const MetricPoint> points, Metric metric);

}  // namespace nmtx
