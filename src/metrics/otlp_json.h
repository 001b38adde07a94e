// Figures as OTLP/JSON lines, as the receiver otlpjsonfile of an OpenTelemetry collector reads them: each
// line is an ExportMetricsServiceRequest with one resource. Formats:
// https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/,
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, metrics.proto of opentelemetry-proto;
// which metric becomes what:
// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/shown_figures.h"

namespace nmtx {

// The receiver cuts lines that are longer, unless its max_log_size says otherwise.
inline constexpr std::size_t most_otlp_line_bytes = std::size_t{1} << 20U;

// The time of all points, since boot and since 1970. How old the figures are, a metric says, as in a scrape.
struct OtlpTime {
    std::int64_t boot_ms = 0, wall_ms = 0;
};

// A line for nmtx itself, which comes first, and one for each JVM; each ends with "\n". The receiver knows a
// file by its first 1000 bytes, so the time is in those.
std::vector<std::string> otlp_lines_of(const HostFigures& host, OtlpTime now, std::size_t most = most_series);

}  // namespace nmtx
