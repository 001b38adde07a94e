#include "metrics/shown_figures.h"

#include <algorithm>
#include <utility>

namespace nmtx {
namespace {

double age_s(std::int64_t then_ms, std::int64_t now_ms) {
    return static_cast<double>(std::max<std::int64_t>(now_ms - then_ms, 0)) / 1000;
}

ShownJvm shown(const JvmState& jvm, std::int64_t now_ms) {
    ShownJvm shown;
    shown.jvm = &jvm;
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

std::vector<MetricPoint> host_points(const HostFigures& host, std::size_t dropped_jvms,
                                     std::size_t dropped_series) {
    const ExporterState& exporter = host.exporter;
    MetricPoints points;
    points.set(Metric::jvms, static_cast<double>(host.jvms.size() + host.waiting_jvms));
    points.set(Metric::dropped_jvms, static_cast<double>(dropped_jvms));
    points.set(Metric::dropped_series, static_cast<double>(dropped_series));
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

}  // namespace

ShownFigures shown_figures(const HostFigures& host, std::int64_t now_ms, std::size_t most) {
    ShownFigures all;
    std::size_t series = 0, dropped_jvms = 0, dropped_series = 0;
    for (const JvmState& jvm : host.jvms) {
        ShownJvm next = shown(jvm, now_ms);
        if (series + next.series() > most) {
            ++dropped_jvms;
            dropped_series += next.series();
            continue;
        }
        series += next.series();
        all.jvms.push_back(std::move(next));
    }
    all.host = host_points(host, dropped_jvms, dropped_series);
    return all;
}

std::span<const MetricPoint> points_of(std::span<const MetricPoint> points, Metric metric) {
    const auto before = [](const MetricPoint& point, Metric wanted) { return point.metric < wanted; };
    const auto from = std::lower_bound(points.begin(), points.end(), metric, before);
    const auto to =
        std::find_if(from, points.end(), [&](const MetricPoint& point) { return point.metric != metric; });
    return {from, to};
}

}  // namespace nmtx
