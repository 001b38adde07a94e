// Every metric that `nmtx serve` gives: its name, type, unit and help, described once. The text, the
// reference page and the tests are made of this table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace nmtx {

// In the order in which they are printed. Some belong to one JVM and have its labels, the others to the host.
enum class Metric : std::uint8_t {
    up,
    jvm_info,
    rss,
    resident,
    owners_full,
    nmt_reserved,
    nmt_committed,
    untracked,
    malloc_state,
    malloc_arenas,
    threads,
    stack_resident,
    stack_reserved,
    container_usage,
    container_limit,
    container_working_set,
    container_headroom,
    container_oom_kills,
    finding,
    restarts,
    age,
    question,
    answering,
    sampling,
    folded_owners,
    jvms,
    dropped_jvms,
    dropped_series,
    samples,
    failed_samples,
    budget,
    pressure,
    exporter_cpu,
    exporter_resident,
    exporter_info
};

enum class MetricType : std::uint8_t { gauge, counter, info };
std::string_view name_of(MetricType type);  // "gauge", "counter", "info"

struct MetricEntry {
    Metric metric;
    std::string_view name;  // of the family, without "_total" and "_info"
    MetricType type;
    std::string_view unit;    // the last word of the name; empty: it has none
    std::string_view labels;  // besides those of the JVM: "owner"; "rule, severity"
    bool of_jvm;
    std::string_view help;

    // The name of its series: that of the family, with "_total" for a counter and "_info" for an info.
    [[nodiscard]] std::string series_name() const;
    // Are its values whole numbers: bytes, and counts?
    [[nodiscard]] bool is_whole() const;
};

std::span<const MetricEntry> all_metrics();
const MetricEntry& entry_of(Metric metric);

}  // namespace nmtx
