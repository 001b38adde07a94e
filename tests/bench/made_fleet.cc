#include "made_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "account/account.h"
#include "evidence/archive.h"
#include "metrics/jvm_figures.h"
#include "process/process_reader.h"

namespace nmtx::bench {
namespace {

constexpr double hour_s = 3600;
constexpr double leak_bytes_an_hour = 10.0 * 1024 * 1024;

// The finalizer of splitmix64: https://prng.di.unimi.it/splitmix64.c
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
    return x ^ (x >> 31U);
}

// The same number from 0 to 1 for the same arguments.
double fraction(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
    return static_cast<double>(mixed(mixed(mixed(a) + b) + c) >> 11U) * 0x1.0p-53;
}

// Captures of JVMs without a container get one with a limit, as most JVMs of a fleet have.
ContainerUse made_container(Bytes rss) {
    ContainerUse use;
    use.figures.limit = Bytes(rss.value() * 2);
    use.figures.current = Bytes(rss.value() / 100 * 115);
    use.working_set = Bytes(rss.value() / 100 * 105);
    use.working_set_bound = CgroupBound{*use.figures.limit, *use.working_set,
                                        minus_or_zero(*use.figures.limit, *use.working_set), false};
    use.figures.oom_kills = 0;
    return use;
}

// Sizes move between samples. Limits, counts of threads, what a JVM is, and what is reserved at its start do
// not.
bool moves(const MetricPoint& point) {
    switch (point.metric) {
        case Metric::rss:
        case Metric::resident:
        case Metric::nmt_committed:
        case Metric::untracked:
        case Metric::malloc_state:
        case Metric::stack_resident:
        case Metric::container_usage:
        case Metric::container_working_set:
        case Metric::container_headroom:
            return true;
        case Metric::nmt_reserved: {
            const std::string& pool = point.labels.at(0).value;
            return pool != "Java Heap" && pool != "Class" && pool != "Code" && pool != "Metaspace";
        }
        default:
            return false;
    }
}

bool is_native_malloc(const MetricPoint& point) {
    return point.metric == Metric::malloc_state && !point.labels.empty() &&
           point.labels[0].value.starts_with("live") && point.labels[0].value != "live_tracked";
}

// The points of this sample: around those of the capture, in whole pages.
std::vector<MetricPoint> moved(std::vector<MetricPoint> points, std::uint64_t jvm, std::int64_t sample,
                               double leaked) {
    constexpr double page = 4096;
    for (std::size_t i = 0; i < points.size(); ++i) {
        MetricPoint& point = points[i];
        if (!moves(point)) continue;
        const double slow = 0.05 * std::sin(static_cast<double>(sample) / 40 + 6 * fraction(jvm, i));
        const double fast = 0.01 * (fraction(jvm, i, static_cast<std::uint64_t>(sample)) - 0.5);
        point.value = std::floor(point.value * (1 + slow + fast) / page) * page;
        if (is_native_malloc(point)) point.value += std::floor(leaked / page) * page;
    }
    return points;
}

}  // namespace

std::vector<std::shared_ptr<const JvmFigures>> figures_of_captures(const std::string& folder) {
    std::vector<std::shared_ptr<const JvmFigures>> all;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".nmtx") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(in), {});
        const auto capture = read_archive(bytes, file.filename().string());
        ProcessReader reader;
        if (!capture || !reader.update(*capture)) continue;
        auto account = account_of(reader.view());
        if (!account) continue;
        if (!account->container || !account->container->figures.limit)
            account->container = made_container(account->ledger().rss);
        all.push_back(std::make_shared<const JvmFigures>(figures_of(*account, Depth::full)));
    }
    return all;
}

MadeFleet::MadeFleet(FleetOptions options, std::vector<std::shared_ptr<const JvmFigures>> captured)
    : options_(options), captured_(std::move(captured)), places_(options.hosts * options.jvms) {
    for (std::size_t i = 0; i < places_.size(); ++i) begin(places_[i], i, 0);
}

void MadeFleet::begin(Place& place, std::size_t number, std::uint64_t generation) const {
    place = Place();
    place.generation = generation;
    const std::size_t service = number % 400;
    JvmLabels& labels = place.state.labels;
    labels.pod_space = fmt::format("team-{}", service % 40);
    labels.pod = fmt::format("service-{}-{:010x}-{:05x}", service, mixed(service) >> 24U,
                             mixed(number * 1000003 + generation) >> 44U);
    labels.container = "app";
    labels.main_class = fmt::format("com.example.service{}.Application", service);
    labels.java = captured_[number % captured_.size()]->java;
    place.state.up = true;
}

// A new JVM's figures are all from its first sample.
void MadeFleet::sample(Place& place, std::size_t number, double now_s) const {
    const std::uint64_t jvm = mixed(number) + place.generation;
    const double spread = fraction(jvm);
    const auto light = static_cast<std::int64_t>((now_s + MadeFleet::before_s) / options_.light_s + spread);
    const auto full = static_cast<std::int64_t>((now_s + MadeFleet::before_s) / options_.full_s + spread);
    if (light == place.light) return;
    const JvmFigures& captured = *captured_[number % captured_.size()];
    const auto time_ms = [&](std::int64_t sample, double every_s) {
        return static_cast<std::int64_t>(1000 * (static_cast<double>(sample) - spread) * every_s);
    };
    const bool leaks = fraction(number, 1) < options_.leaking;
    const double leaked = leaks ? (now_s + MadeFleet::before_s) / hour_s * leak_bytes_an_hour : 0;
    auto figures = std::make_shared<JvmFigures>();
    figures->totals = moved(captured.totals, jvm, light, leaked);
    figures->questions = captured.questions;
    place.state.totals = figures;
    place.state.totals_ms = time_ms(light, options_.light_s);
    if (full != place.full) {
        figures->owners = moved(captured.owners, jvm, full, leaked);
        place.state.owners = figures;
        place.state.owners_ms = time_ms(full, options_.full_s);
    }
    for (const auto& [question, seconds] : captured.questions)
        place.state.questions[question] =
            std::floor(1e5 * seconds * (0.5 + fraction(jvm, static_cast<std::uint64_t>(light)))) / 1e5;
    place.state.answering_s = 0.02 * static_cast<double>(light) + 0.001 * fraction(jvm, 1);
    place.state.sampling_cpu_s = 0.01 * static_cast<double>(light) + 0.001 * fraction(jvm, 2);
    place.light = light;
    place.full = full;
}

HostFigures MadeFleet::host_at(std::size_t host, double now_s) {
    HostFigures figures;
    for (std::size_t number = host * options_.jvms; number < (host + 1) * options_.jvms; ++number) {
        Place& place = places_[number];
        const double churned_s = std::max(0.0, now_s - options_.churn_after_s);
        const auto generation =
            static_cast<std::uint64_t>(churned_s / hour_s * options_.churn + fraction(number, 2));
        if (generation != place.generation) begin(place, number, generation);
        sample(place, number, now_s);
        figures.jvms.push_back(place.state);
    }
    ExporterState& exporter = figures.exporter;
    exporter.version = "fleet";
    exporter.light_samples =
        static_cast<std::uint64_t>((now_s + MadeFleet::before_s) / options_.light_s) * options_.jvms;
    exporter.full_samples =
        static_cast<std::uint64_t>((now_s + MadeFleet::before_s) / options_.full_s) * options_.jvms;
    exporter.budget = 0.01;
    exporter.cpu_s = std::floor((now_s + MadeFleet::before_s) * 10) / 1000;
    exporter.resident =
        Bytes(30'000'000 + 4096 * (mixed(host + static_cast<std::uint64_t>(now_s / 60)) % 256));
    return figures;
}

}  // namespace nmtx::bench
