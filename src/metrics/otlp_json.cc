#include "metrics/otlp_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

namespace nmtx {
namespace {

using OtlpJson = nlohmann::ordered_json;

constexpr int cumulative = 2;  // AGGREGATION_TEMPORALITY_CUMULATIVE

// 64-bit integers are strings in protobuf's JSON.
std::string nanoseconds(std::int64_t ms) {
    return std::to_string(ms) + "000000";
}

class OtlpAttributes {
  public:
    // An empty value is the same as no attribute.
    void add(std::string_view key, const std::string& value) {
        if (!value.empty()) all_.push_back({{"key", key}, {"value", {{"stringValue", value}}}});
    }
    void add_number(std::string_view key, std::uint64_t value) {
        all_.push_back({{"key", key}, {"value", {{"intValue", std::to_string(value)}}}});
    }
    OtlpJson take() { return std::move(all_); }

  private:
    OtlpJson all_ = OtlpJson::array();
};

// What no other JVM with this service.name has, on this host or another one.
std::string instance_of(const JvmState& jvm, const std::string& host) {
    const JvmLabels& labels = jvm.labels;
    std::string id;
    for (const std::string* part : {&host, &labels.pod_space, &labels.pod, &labels.container, &labels.java}) {
        if (!part->empty()) id.append(*part).append("/");
    }
    return id + std::to_string(jvm.index);
}

// Names as in the semantic conventions where these have one, else those of the labels.
OtlpJson resource_of(const JvmState& jvm, const std::string& host) {
    const JvmLabels& labels = jvm.labels;
    OtlpAttributes attributes;
    attributes.add("service.name", labels.main_class.empty() ? "unknown_service:java" : labels.main_class);
    attributes.add("service.instance.id", instance_of(jvm, host));
    attributes.add("host.name", host);
    attributes.add("k8s.namespace.name", labels.pod_space);
    attributes.add("k8s.pod.name", labels.pod);
    const char* const container = labels.container_is_id ? "container.id"
                                  : labels.pod.empty()   ? "container.name"
                                                         : "k8s.container.name";
    attributes.add(container, labels.container);
    attributes.add("process.runtime.version", labels.java);
    if (jvm.pid) attributes.add_number("process.pid", *jvm.pid);
    attributes.add("main_class", labels.main_class);
    attributes.add("index", std::to_string(jvm.index));
    return {{"attributes", attributes.take()}};
}

OtlpJson resource_of(const ExporterState& exporter) {
    OtlpAttributes attributes;
    attributes.add("service.name", "nmtx");
    attributes.add("service.version", exporter.version);
    attributes.add("service.instance.id", exporter.host_name);
    attributes.add("host.name", exporter.host_name);
    return {{"attributes", attributes.take()}};
}

// By the Unified Code for Units of Measure. Counts of things have none.
std::string_view ucum_of(std::string_view unit) {
    if (unit == "bytes") return "By";
    if (unit == "seconds") return "s";
    return unit == "ratio" ? "1" : "";
}

std::string json_string(std::string_view text) {
    const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ||
               static_cast<unsigned char>(c) > 0x7e;
    });
    if (plain) return '"' + std::string(text) + '"';
    return OtlpJson(text).dump(-1, ' ', false, OtlpJson::error_handler_t::replace);
}

// When a counter was 0, since 1970.
struct OtlpStart {
    std::int64_t nmtx_ms = 0;      // of what nmtx counts for the host
    std::int64_t resource_ms = 0;  // of what it counts for this JVM
};

// A message, metric by metric. As text, since a host has tens of thousands of points: a tree of values first
// would take ten times as long.
class OtlpWriter {
  public:
    explicit OtlpWriter(OtlpTime now) : now_(nanoseconds(now.wall_ms)) {}

    std::string line(const OtlpJson& resource, const OtlpJson& scope,
                     std::span<const std::span<const MetricPoint>> parts, OtlpStart start) {
        text_.clear();
        text_.append(R"({"resourceMetrics":[{"resource":)").append(dumped(resource));
        text_.append(R"(,"scopeMetrics":[{"scope":)").append(dumped(scope)).append(R"(,"metrics":[)");
        first_metric_ = true;
        for (const MetricEntry& entry : all_metrics()) metric(entry, parts, start);
        text_ += "]}]}]}\n";
        return text_;
    }

  private:
    static std::string dumped(const OtlpJson& json) {
        return json.dump(-1, ' ', false, OtlpJson::error_handler_t::replace);
    }

    void metric(const MetricEntry& entry, std::span<const std::span<const MetricPoint>> parts,
                OtlpStart start) {
        bool first = true;
        for (const std::span<const MetricPoint> part : parts) {
            for (const MetricPoint& point : points_of(part, entry.metric)) {
                if (std::exchange(first, false)) {
                    begin(entry);
                } else {
                    text_ += ',';
                }
                add(point, entry, start);
            }
        }
        if (!first) end(entry);
    }

    void begin(const MetricEntry& entry) {
        if (!std::exchange(first_metric_, false)) text_ += ',';
        text_.append(R"({"name":)").append(json_string(entry.series_name()));
        text_.append(R"(,"description":)").append(json_string(entry.help));
        if (!entry.unit.empty()) text_.append(R"(,"unit":)").append(json_string(ucum_of(entry.unit)));
        text_.append(entry.type == MetricType::gauge ? R"(,"gauge":{"dataPoints":[)"
                                                     : R"(,"sum":{"dataPoints":[)");
    }

    void end(const MetricEntry& entry) {
        text_ += ']';
        if (entry.type != MetricType::gauge) {
            text_.append(R"(,"aggregationTemporality":)").append(std::to_string(cumulative));
            text_.append(R"(,"isMonotonic":)").append(entry.type == MetricType::counter ? "true" : "false");
        }
        text_ += "}}";
    }

    void add(const MetricPoint& point, const MetricEntry& entry, OtlpStart start) {
        text_ += '{';
        bool first = true;
        for (const MetricLabel& label : point.labels) {
            // An empty value is the same as no attribute.
            if (label.value.empty()) continue;
            text_.append(std::exchange(first, false) ? R"("attributes":[{"key":)" : R"(,{"key":)");
            text_.append(json_string(label.name)).append(R"(,"value":{"stringValue":)");
            text_.append(json_string(label.value)).append("}}");
        }
        if (!first) text_ += "],";
        // The kernel does not say since when it counts kills.
        if (entry.type == MetricType::counter && entry.metric != Metric::container_oom_kills) {
            const std::int64_t ms = entry.metric == Metric::restarts ? start.nmtx_ms : start.resource_ms;
            text_.append(R"("startTimeUnixNano":")").append(nanoseconds(ms)).append(R"(",)");
        }
        text_.append(R"("timeUnixNano":")").append(now_).append(R"(",)");
        add_value(point.value, entry.is_whole());
        text_ += '}';
    }

    // A stream of points keeps its type, whatever the value.
    void add_value(double value, bool whole) {
        if (!std::isfinite(value)) {
            text_.append(R"("asDouble":)");
            text_.append(std::isnan(value) ? R"("NaN")" : value > 0 ? R"("Infinity")" : R"("-Infinity")");
        } else if (whole) {
            fmt::format_to(std::back_inserter(text_), R"("asInt":"{}")", static_cast<std::int64_t>(value));
        } else {
            fmt::format_to(std::back_inserter(text_), R"("asDouble":{})", value);
        }
    }

    std::string now_;
    std::string text_;
    bool first_metric_ = true;
};

}  // namespace

std::vector<std::string> otlp_lines_of(const HostFigures& host, OtlpTime now, std::size_t most) {
    const ExporterState& exporter = host.exporter;
    const ShownFigures shown = shown_figures(host, now.boot_ms, most);
    const OtlpJson scope{{"name", "nmtx"}, {"version", exporter.version}};
    OtlpWriter writer(now);
    std::vector<std::string> lines;
    lines.reserve(shown.jvms.size() + 1);
    const std::span<const MetricPoint> of_host = shown.host;
    lines.push_back(writer.line(resource_of(exporter), scope, {&of_host, 1},
                                {exporter.began_wall_ms, exporter.began_wall_ms}));
    for (const ShownJvm& jvm : shown.jvms)
        lines.push_back(writer.line(resource_of(*jvm.jvm, exporter.host_name), scope, jvm.parts(),
                                    {exporter.began_wall_ms, jvm.jvm->seen_wall_ms}));
    return lines;
}

}  // namespace nmtx
