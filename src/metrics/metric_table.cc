#include "metrics/metric_table.h"

#include <array>
#include <cstddef>

namespace nmtx {
namespace {

using enum MetricType;

constexpr std::array<MetricEntry, 35> table{{
    {Metric::up, "nmtx_up", gauge, "", "", true, "1 if the last attempt to read this JVM succeeded, else 0."},
    {Metric::jvm_info, "nmtx_jvm", info, "", "gc, nmt", true,
     "Collector and level of Native Memory Tracking of this JVM."},
    {Metric::rss, "nmtx_rss_bytes", gauge, "bytes", "", true,
     "RSS of the process by its page tables, from the last sample."},
    {Metric::resident, "nmtx_resident_bytes", gauge, "bytes", "owner", true,
     "Resident bytes by owner. The owners sum to the RSS of the sample that they are from."},
    {Metric::owners_full, "nmtx_owners_full", gauge, "", "", true,
     "1 if the owners are from a full sample, which asks for addresses and walks malloc. 0 if from a light "
     "one."},
    {Metric::nmt_reserved, "jvm_native_memory_reserved_bytes", gauge, "bytes", "pool", true,
     "Reserved bytes by NMT category, and their total. Same name and label as in client_java."},
    {Metric::nmt_committed, "jvm_native_memory_committed_bytes", gauge, "bytes", "pool", true,
     "Committed bytes by NMT category, malloc included, and their total. Same name and label as in "
     "client_java."},
    {Metric::untracked, "nmtx_untracked_bytes", gauge, "bytes", "bound", true,
     "Resident bytes that NMT does not track: low, likely and high."},
    {Metric::malloc_state, "nmtx_malloc_bytes", gauge, "bytes", "state", true,
     "Resident bytes of glibc's malloc by state, from the last full sample."},
    {Metric::malloc_arenas, "nmtx_malloc_arenas", gauge, "", "", true, "Arenas of glibc's malloc."},
    {Metric::threads, "nmtx_threads", gauge, "", "kind", true,
     "Threads by kind. The kind native means that native code started them."},
    {Metric::stack_resident, "nmtx_thread_stack_resident_bytes", gauge, "bytes", "kind", true,
     "Resident bytes of thread stacks by kind of thread, unknown where a stack has no known thread."},
    {Metric::stack_reserved, "nmtx_thread_stack_reserved_bytes", gauge, "bytes", "", true,
     "Address space of all thread stacks with their guard pages."},
    {Metric::container_usage, "nmtx_container_usage_bytes", gauge, "bytes", "", true,
     "Memory that is charged to the cgroup of the process."},
    {Metric::container_limit, "nmtx_container_limit_bytes", gauge, "bytes", "", true,
     "Memory limit of the cgroup or the lowest one above it. Absent without a limit."},
    {Metric::container_working_set, "nmtx_container_working_set_bytes", gauge, "bytes", "", true,
     "Charged memory minus inactive file pages, as kubelet counts it."},
    {Metric::container_headroom, "nmtx_container_headroom_bytes", gauge, "bytes", "", true,
     "The least that is left, over the cgroup and those above it that can be seen, of limit minus working "
     "set. Absent without a limit."},
    {Metric::container_oom_kills, "nmtx_container_oom_kills", counter, "", "", true,
     "Processes of the cgroup that the OOM killer has killed."},
    {Metric::finding, "nmtx_finding", gauge, "", "rule, severity", true,
     "1 for each finding of the last full sample. The rules are those of the report."},
    {Metric::restarts, "nmtx_restarts", counter, "", "", true,
     "JVMs with the same labels that ended and were followed by another one, since nmtx started."},
    {Metric::age, "nmtx_figures_age_seconds", gauge, "seconds", "figures", true,
     "Age of the figures: owners (with malloc, stacks, threads by kind, the bounds and the findings) or "
     "totals (all others)."},
    {Metric::question, "nmtx_question_seconds", gauge, "seconds", "question", true,
     "Time until the JVM had answered a question, the last time it was asked."},
    {Metric::answering, "nmtx_jvm_answering_seconds", counter, "seconds", "", true,
     "Time spent waiting for answers of this JVM."},
    {Metric::sampling, "nmtx_sampling_cpu_seconds", counter, "seconds", "", true,
     "CPU time of nmtx for samples of this JVM."},
    {Metric::folded_owners, "nmtx_folded_owners", gauge, "", "", true,
     "Owners that are summed in owner=\"other\", because a JVM has a limited number of them."},
    {Metric::jvms, "nmtx_jvms", gauge, "", "", false,
     "JVMs of this host, including those that wait for their first sample and so have no series yet."},
    {Metric::dropped_jvms, "nmtx_dropped_jvms", gauge, "", "", false,
     "JVMs that are not shown, because the number of series is limited."},
    {Metric::dropped_series, "nmtx_dropped_series", gauge, "", "", false,
     "Series that are not shown, because their number is limited."},
    {Metric::samples, "nmtx_samples", counter, "", "depth", false, "Samples taken."},
    {Metric::failed_samples, "nmtx_failed_samples", counter, "", "", false,
     "Samples that could not be taken."},
    {Metric::budget, "nmtx_cpu_budget_ratio", gauge, "ratio", "", false,
     "CPU time that samples may take, as a share of one core."},
    {Metric::pressure, "nmtx_pressure_slowdown", gauge, "", "", false,
     "By what factor samples are rarer, because the host is short of CPU or memory (PSI). 1: they are not."},
    {Metric::exporter_cpu, "nmtx_exporter_cpu_seconds", counter, "seconds", "", false,
     "CPU time of nmtx itself."},
    {Metric::exporter_resident, "nmtx_exporter_resident_bytes", gauge, "bytes", "", false,
     "RSS of nmtx itself."},
    {Metric::exporter_info, "nmtx_exporter", info, "", "version", false, "Version of nmtx."},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table.at(i).metric) != i) return false;
    }
    return true;
}
static_assert(in_order());
static_assert(table.size() == static_cast<std::size_t>(Metric::exporter_info) + 1);

}  // namespace

std::string_view name_of(MetricType type) {
    switch (type) {
        case gauge:
            return "gauge";
        case counter:
            return "counter";
        case info:
            return "info";
    }
    return "gauge";
}

std::string MetricEntry::series_name() const {
    std::string series(name);
    if (type == counter) series += "_total";
    if (type == info) series += "_info";
    return series;
}

bool MetricEntry::is_whole() const {
    return (unit.empty() && metric != Metric::pressure) || unit == "bytes";
}

std::span<const MetricEntry> all_metrics() {
    return table;
}

const MetricEntry& entry_of(Metric metric) {
    return table.at(static_cast<std::size_t>(metric));
}

}  // namespace nmtx
