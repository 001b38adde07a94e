#include "threads/thread_counts.h"

#include <algorithm>
#include <set>

namespace nmtx {
namespace {

// "ForkJoinPool-1-worker-3" without the thread's own number.
std::string pool_without_number(std::string name) {
    while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.pop_back();
    return name;
}

// The scheduler of virtual threads is a pool like others ("ForkJoinPool-1-worker-3"): only its carriers
// tell it.
void count_carriers(const ThreadDump& dump, ThreadCounts& counts) {
    std::set<std::string> pools;
    counts.virtual_mounted = 0;
    for (const DumpedThread& thread : dump.threads) {
        if (!thread.carries) continue;
        ++*counts.virtual_mounted;
        pools.insert(pool_without_number(thread.name));
    }
    if (pools.empty()) return;
    counts.carriers = static_cast<std::size_t>(
        std::count_if(dump.threads.begin(), dump.threads.end(), [&](const DumpedThread& thread) {
            return thread.java && pools.contains(pool_without_number(thread.name));
        }));
}

}  // namespace

ThreadCounts thread_counts(const ProcessView& view) {
    ThreadCounts counts;
    counts.tasks = view.tasks->size();
    if (view.status) counts.status = view.status->threads;
    if (view.nmt) {
        if (const NmtCategory* threads = view.nmt->find("Thread")) counts.nmt = threads->threads;
    }
    if (view.perf) counts.perf_live = view.perf->number("java.threads.live");
    if (view.limits) counts.user_limit = view.limits->processes;
    counts.system_limit = view.threads_max;
    if (view.cgroup_pids) {
        counts.cgroup_limit = view.cgroup_pids->limit;
        counts.cgroup_current = view.cgroup_pids->current;
    }
    if (view.java_threads) counts.java_list = view.java_threads->threads.size();
    if (!view.thread_dump) return counts;
    const auto& threads = view.thread_dump->threads;
    counts.dump = threads.size();
    counts.dump_java = static_cast<std::size_t>(std::count_if(
        threads.begin(), threads.end(), [](const DumpedThread& thread) { return thread.java; }));
    count_carriers(*view.thread_dump, counts);
    return counts;
}

}  // namespace nmtx
