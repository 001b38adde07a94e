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

// One family at a time, as both formats want it.
class Writer {
  public:
    explicit Writer(Exposition format) : openmetrics_(format == Exposition::openmetrics) {}

    void family(const MetricEntry& entry, const ShownFigures& shown, std::span<const std::string> labels) {
        entry_ = &entry;
        series_ = entry.series_name();
        described_ = false;
        for (std::size_t i = 0; i < shown.jvms.size(); ++i) {
            for (const std::span<const MetricPoint> points : shown.jvms[i].parts()) add(points, labels[i]);
        }
        add(shown.host, "");
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
    void add(std::span<const MetricPoint> points, std::string_view shared) {
        for (const MetricPoint& point : points_of(points, entry_->metric)) {
            describe();
            const std::string own = text_of(point.labels);
            text_ += series_;
            if (!shared.empty() || !own.empty()) {
                text_.append("{").append(shared);
                if (!shared.empty() && !own.empty()) text_ += ',';
                text_.append(own).append("}");
            }
            text_.append(" ").append(number_text(point.value)).append("\n");
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
    const ShownFigures shown = shown_figures(host, now_ms, most);
    std::vector<std::string> labels;
    labels.reserve(shown.jvms.size());
    for (const ShownJvm& jvm : shown.jvms) labels.push_back(text_of(*jvm.jvm));
    Writer writer(format);
    for (const MetricEntry& entry : all_metrics()) writer.family(entry, shown, labels);
    return writer.finish();
}

}  // namespace nmtx
