#include "change/series.h"

#include <string_view>

#include "process/given_options.h"

namespace nmtx {
namespace {

constexpr std::size_t most_command_bytes = 8192;
constexpr int most_numbered = 8;  // generations, spaces and collectors that HotSpot counts: three at most

// Adds up the counters whose names have numbers where the pattern has '#'.
std::optional<std::uint64_t> sum_of(const HsPerfData& perf, std::string_view pattern) {
    std::optional<std::uint64_t> sum;
    const std::size_t at = pattern.find('#');
    if (at == std::string_view::npos) {
        const auto value = perf.number(pattern);
        if (!value || *value < 0) return std::nullopt;
        return static_cast<std::uint64_t>(*value);
    }
    for (int number = 0; number < most_numbered; ++number) {
        const std::string name =
            std::string(pattern.substr(0, at)) + std::to_string(number) + std::string(pattern.substr(at + 1));
        if (const auto part = sum_of(perf, name)) sum = sum.value_or(0) + *part;
    }
    return sum;
}

NmtSample nmt_sample(const NmtReport& report) {
    NmtSample sample;
    sample.committed = report.committed;
    sample.malloc = report.malloc_total();
    for (const NmtCategory& category : report.categories) {
        if (category.committed == Bytes() && category.malloc == Bytes()) continue;
        sample.categories.push_back(
            {category.name, category.committed, category.malloc + category.arena, category.malloc_count});
    }
    return sample;
}

}  // namespace

std::optional<Bytes> java_heap_used(const HsPerfData& perf) {
    const auto used = sum_of(perf, "sun.gc.generation.#.space.#.used");
    if (!used) return std::nullopt;
    return Bytes(*used);
}

std::optional<std::uint64_t> collections_done(const HsPerfData& perf) {
    return sum_of(perf, "sun.gc.collector.#.invocations");
}

Sample sample_of(const ProcessView& view, const Ledger& ledger, Depth depth) {
    Sample sample;
    sample.depth = depth;
    sample.uptime_s = view.header.target_uptime_s;
    sample.rss = ledger.rss;
    for (const Row& row : ledger.rows) {
        if (row.resident != Bytes()) sample.owners.push_back({row.path, row.resident});
    }
    if (view.nmt && !view.nmt_from_file) sample.nmt = nmt_sample(*view.nmt);
    if (const auto& parts = ledger.malloc.parts) {
        sample.malloc =
            MallocSample{parts->tracked + parts->untracked, parts->untracked, parts->free, parts->told_apart};
    }
    if (view.status) sample.threads = view.status->threads;
    if (view.perf) {
        sample.heap_used = java_heap_used(*view.perf);
        sample.collections = collections_done(*view.perf);
    }
    if (view.cgroup) {
        sample.cgroup_current = view.cgroup->current;
        sample.cgroup_limit = view.cgroup->limit;
    }
    sample.cost.attach_ms = view.header.cost.attach_ms;
    return sample;
}

RecordedRun run_of(const ProcessView& view) {
    RecordedRun run;
    run.pid = view.header.pid;
    run.start_ticks = view.header.start_ticks;
    run.command = command_line(view, most_command_bytes);
    run.java = view.java_version();
    run.gc = view.gc();
    run.nmt_level = view.nmt_level();
    run.nmtx_version = view.header.nmtx_version;
    return run;
}

bool is_below(std::string_view path, std::string_view prefix) {
    if (path.substr(0, prefix.size()) != prefix) return false;
    return prefix.empty() || path.size() == prefix.size() || path[prefix.size()] == '/';
}

Bytes resident_below(const Sample& sample, std::string_view prefix) {
    Bytes sum;
    for (const OwnerBytes& owner : sample.owners) {
        if (is_below(owner.path, prefix)) sum += owner.resident;
    }
    return sum;
}

}  // namespace nmtx
