// Figures as text for a scraper: OpenMetrics 1.0 and Prometheus' text format 0.0.4.
// Formats: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md,
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "metrics/shown_figures.h"

namespace nmtx {

enum class Exposition : std::uint8_t { prometheus, openmetrics };

// Which one the header Accept prefers; that of Prometheus where it names neither.
Exposition exposition_for(std::string_view accept);
std::string_view content_type_of(Exposition format);

// `now_ms`: since boot, for the ages.
std::string exposition_of(const HostFigures& host, std::int64_t now_ms, Exposition format,
                          std::size_t most = most_series);

// With \, " and line breaks escaped, as between the quotes of a label's value.
std::string escaped_label(std::string_view value);

}  // namespace nmtx
