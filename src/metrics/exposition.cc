#include "metrics/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace nmtx {
namespace {

// Whole numbers without an exponent: each byte counts.
std::string number_text(double value) {
    constexpr double most_exact = 9007199254740992.0;  // 2^53
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    if (value == std::trunc(value) && std::fabs(value) <= most_exact)
        return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{:.12g}", value);
}

void add_label(std::string& text, std::string_view name, std::string_view value) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"").append(escaped_label(value)).append("\"");
}

std::string text_of(const MetricLabels& labels) {
    std::string text;
    for (const MetricLabel& label : labels) add_label(text, label.name, label.value);
    return text;
}

// An empty value is the same as no label, so those are left out.
std::string text_of(const JvmState& jvm) {
    std::string text;
    const JvmLabels& labels = jvm.labels;
    for (const auto& [name, value] :
         {std::pair("namespace", &labels.pod_space), std::pair("pod", &labels.pod),
          std::pair("container", &labels.container), std::pair("main_class", &labels.main_class),
          std::pair("java_version", &labels.java)}) {
        if (!value->empty()) add_label(text, name, *value);
    }
    add_label(text, "index", std::to_string(jvm.index));
    if (jvm.pid) add_label(text, "pid", std::to_string(*jvm.pid));
    return text;
}

// A JVM whose series are printed, with those of its points that do not come from a sample.
struct ShownJvm {
    std::string labels;
    std::vector<MetricPoint> own;
    std::span<const MetricPoint> totals, owners;
    [[nodiscard]] std::size_t series() const { return own.size() + totals.size() + owners.size(); }
};

double age_s(std::int64_t then_ms, std::int64_t now_ms) {
    return static_cast<double>(std::max<std::int64_t>(now_ms - then_ms, 0)) / 1000;
}

ShownJvm shown(const JvmState& jvm, std::int64_t now_ms) {
    ShownJvm shown;
    shown.labels = text_of(jvm);
    MetricPoints own;
    own.set(Metric::up, jvm.up ? 1 : 0);
    own.set(Metric::restarts, static_cast<double>(jvm.restarts));
    own.set(Metric::answering, jvm.answering_s);
    own.set(Metric::sampling, jvm.sampling_cpu_s);
    for (const auto& [question, seconds] : jvm.questions)
        own.set(Metric::question, seconds, {{"question", question}});
    if (jvm.totals) {
        own.set(Metric::age, age_s(jvm.totals_ms, now_ms), {{"figures", "totals"}});
        shown.totals = jvm.totals->totals;
    }
    if (jvm.owners) {
        own.set(Metric::age, age_s(jvm.owners_ms, now_ms), {{"figures", "owners"}});
        shown.owners = jvm.owners->owners;
    }
    shown.own = own.sorted();
    return shown;
}

struct Shown {
    std::vector<ShownJvm> jvms;
    std::size_t dropped_jvms = 0, dropped_series = 0;
};

Shown bounded(const HostFigures& host, std::int64_t now_ms, std::size_t most) {
    Shown all;
    std::size_t series = 0;
    for (const JvmState& jvm : host.jvms) {
        ShownJvm next = shown(jvm, now_ms);
        if (series + next.series() > most) {
            ++all.dropped_jvms;
            all.dropped_series += next.series();
            continue;
        }
        series += next.series();
        all.jvms.push_back(std::move(next));
    }
    return all;
}

std::vector<MetricPoint> host_points(const HostFigures& host, const Shown& shown) {
    const ExporterState& exporter = host.exporter;
    MetricPoints points;
    points.set(Metric::jvms, static_cast<double>(host.jvms.size() + host.waiting_jvms));
    points.set(Metric::dropped_jvms, static_cast<double>(shown.dropped_jvms));
    points.set(Metric::dropped_series, static_cast<double>(shown.dropped_series));
    points.set(Metric::samples, static_cast<double>(exporter.light_samples), {{"depth", "light"}});
    points.set(Metric::samples, static_cast<double>(exporter.full_samples), {{"depth", "full"}});
    points.set(Metric::failed_samples, static_cast<double>(exporter.failed_samples));
    points.set(Metric::budget, exporter.budget);
    points.set(Metric::pressure, exporter.slowdown);
    points.set(Metric::exporter_cpu, exporter.cpu_s);
    if (exporter.resident)
        points.set(Metric::exporter_resident, static_cast<double>(exporter.resident->value()));
    points.set(Metric::exporter_info, 1, {{"version", label_value(exporter.version)}});
    return points.sorted();
}

// One family at a time, as both formats want it.
class Writer {
  public:
    explicit Writer(Exposition format) : openmetrics_(format == Exposition::openmetrics) {}

    void family(const MetricEntry& entry, const Shown& shown, std::span<const MetricPoint> host) {
        entry_ = &entry;
        series_ = entry.series_name();
        described_ = false;
        for (const ShownJvm& jvm : shown.jvms) {
            for (const std::span<const MetricPoint> points : {std::span(jvm.own), jvm.totals, jvm.owners})
                add(points, jvm.labels);
        }
        add(host, "");
    }
    std::string finish() {
        if (openmetrics_) text_ += "# EOF\n";
        return std::move(text_);
    }

  private:
    void describe() {
        if (std::exchange(described_, true)) return;
        const std::string_view name = openmetrics_ ? entry_->name : std::string_view(series_);
        const bool as_gauge = !openmetrics_ && entry_->type == MetricType::info;
        fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, escaped_help(), name,
                       as_gauge ? "gauge" : name_of(entry_->type));
        if (openmetrics_ && !entry_->unit.empty())
            fmt::format_to(std::back_inserter(text_), "# UNIT {} {}\n", name, entry_->unit);
    }
    // Quotes are escaped in OpenMetrics only.
    [[nodiscard]] std::string escaped_help() const {
        return openmetrics_ ? escaped_label(entry_->help) : std::string(entry_->help);
    }
    // The points are in the order of the table.
    void add(std::span<const MetricPoint> points, std::string_view shared) {
        auto at =
            std::lower_bound(points.begin(), points.end(), entry_->metric,
                             [](const MetricPoint& point, Metric metric) { return point.metric < metric; });
        for (; at != points.end() && at->metric == entry_->metric; ++at) {
            describe();
            const std::string own = text_of(at->labels);
            text_ += series_;
            if (!shared.empty() || !own.empty()) {
                text_.append("{").append(shared);
                if (!shared.empty() && !own.empty()) text_ += ',';
                text_.append(own).append("}");
            }
            text_.append(" ").append(number_text(at->value)).append("\n");
        }
    }

    bool openmetrics_;
    std::string text_;
    const MetricEntry* entry_ = nullptr;
    std::string series_;
    bool described_ = false;
};

}  // namespace

std::string escaped_label(std::string_view value) {
    std::string text;
    text.reserve(value.size());
    for (const char c : value) {
        if (c == '\n') {
            text += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') text += '\\';
        text += c;
    }
    return text;
}

std::string_view content_type_of(Exposition format) {
    return format == Exposition::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                             : "text/plain; version=0.0.4; charset=utf-8";
}

std::string exposition_of(const HostFigures& host, std::int64_t now_ms, Exposition format, std::size_t most) {
    const Shown shown = bounded(host, now_ms, most);
    const std::vector<MetricPoint> of_host = host_points(host, shown);
    Writer writer(format);
    for (const MetricEntry& entry : all_metrics()) writer.family(entry, shown, of_host);
    return writer.finish();
}

}  // namespace nmtx
