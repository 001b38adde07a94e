#include "change/series.h"

#include <algorithm>
#include <string_view>

#include "kernel/containers/cgroup_bound.h"
#include "process/given_options.h"

namespace nmtx {
namespace {

constexpr std::size_t most_command_bytes = 8192;

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

bool RecordedRun::has_id(std::int64_t wanted) const {
    return id == wanted || std::find(parts.begin(), parts.end(), wanted) != parts.end();
}

bool is_run_of(const RecordedRun& run, const CaptureHeader& process) {
    return run.pid == process.pid && run.start_ticks == process.start_ticks &&
           (process.boot_id.empty() || run.boot_id == process.boot_id);
}

Sample sample_of(const Moment& moment, Depth depth) {
    Sample sample;
    sample.depth = depth;
    sample.uptime_s = moment.view->header.target_uptime_s;
    sample.rss = moment.ledger->rss;
    for (const Row& row : moment.ledger->rows) {
        if (row.resident != Bytes()) sample.owners.push_back({row.path, row.resident});
    }
    if (moment.view->nmt && !moment.view->nmt_from_file) sample.nmt = nmt_sample(*moment.view->nmt);
    if (const auto& parts = moment.ledger->malloc.parts) {
        sample.malloc =
            MallocSample{parts->tracked + parts->untracked, parts->untracked, parts->free, parts->told_apart};
    }
    if (moment.view->status) sample.threads = moment.view->status->threads;
    if (moment.view->perf) {
        if (const auto gc = gc_counters(*moment.view->perf)) {
            sample.heap_used = gc->used;
            sample.collections = gc->collections;
        }
    }
    if (moment.view->cgroup) {
        const CgroupMemory& cgroup = *moment.view->cgroup;
        const auto bound = tightest_bound(cgroup, CgroupUse::charged);
        sample.cgroup_current = bound ? bound->used : cgroup.current;
        sample.cgroup_limit = bound ? bound->limit : cgroup.limit;
    }
    sample.cost.attach_ms = moment.view->header.cost.attach_ms;
    return sample;
}

RecordedRun run_of(const ProcessView& view) {
    RecordedRun run;
    run.pid = view.header.pid;
    run.start_ticks = view.header.start_ticks;
    run.command = command_line(view, most_command_bytes);
    run.java = view.java_version();
    run.gc = view.gc();
    run.nmt_level = name_of(view.nmt_level());
    run.nmtx_version = view.header.nmtx_version;
    return run;
}

Bytes resident_below(const Sample& sample, std::string_view prefix) {
    Bytes sum;
    for (const OwnerBytes& owner : sample.owners) {
        if (is_below(owner.path, prefix)) sum += owner.resident;
    }
    return sum;
}

}  // namespace nmtx
