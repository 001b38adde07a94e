#include <algorithm>
#include <map>
#include <set>

#include "change/diff_parts.h"
#include "threads/thread_table.h"

namespace nmtx {
namespace {

// A tid is used anew; with its start time it is one thread of a process.
using ThreadKey = std::pair<std::uint64_t, std::uint64_t>;

struct Known {
    std::string name;
    bool named_by_jvm = false;
    ThreadKind kind = ThreadKind::native;
    Bytes resident;
    double cpu_seconds = 0;  // since it began
};

std::map<ThreadKey, Known> threads_of(const Moment& moment) {
    const ThreadTable table = thread_table(moment);
    std::map<std::uint64_t, std::uint64_t> started;
    for (const Task& task : *moment.view->tasks) started[task.tid] = task.start_ticks;
    std::map<ThreadKey, Known> threads;
    for (const ThreadRow& row : table.rows) {
        if (row.change == ThreadChange::ended) continue;
        threads[{row.tid, started[row.tid]}] = {row.name, row.named_by_jvm, row.kind,
                                                row.stack ? row.stack->resident : Bytes(), row.cpu_seconds};
    }
    return threads;
}

class Pools {
  public:
    // A thread in both snapshots counts under one name, so that a new name by itself is not a change.
    void add(const Known* before, const Known* after, bool same_process) {
        const Known& named =
            after == nullptr || (before != nullptr && before->named_by_jvm && !after->named_by_jvm) ? *before
                                                                                                    : *after;
        const std::string pattern = pool_of(named.name);
        PoolChange& pool = pools_[pattern];
        auto& names = names_[pattern];
        if (names.size() < 2) names.insert(named.name);
        pool.kind = named.kind;
        if (before != nullptr) {
            ++pool.threads.before;
            pool.stacks.before += before->resident;
        }
        if (after != nullptr) {
            ++pool.threads.after;
            pool.stacks.after += after->resident;
        }
        if (!same_process) return;
        if (after != nullptr)
            pool.cpu_seconds +=
                std::max(after->cpu_seconds - (before != nullptr ? before->cpu_seconds : 0), 0.0);
        if (before == nullptr) ++pool.started;
        if (after == nullptr) ++pool.ended;
    }

    ThreadChanges changes() {
        ThreadChanges all;
        for (auto& [pattern, pool] : pools_) {
            const auto& names = names_[pattern];
            pool.name = names.size() == 1 ? *names.begin() : pattern;
            all.threads.before += pool.threads.before;
            all.threads.after += pool.threads.after;
            all.started += pool.started;
            all.ended += pool.ended;
            all.pools.push_back(std::move(pool));
        }
        std::stable_sort(all.pools.begin(), all.pools.end(), [](const PoolChange& a, const PoolChange& b) {
            if (a.threads.change() != b.threads.change()) return a.threads.change() > b.threads.change();
            return a.started + a.ended > b.started + b.ended;
        });
        return all;
    }

  private:
    std::map<std::string, PoolChange> pools_;
    std::map<std::string, std::set<std::string>> names_;
};

}  // namespace

ThreadChanges thread_changes(const Moment& before, const Moment& after, bool same_process) {
    const auto first = threads_of(before), second = threads_of(after);
    Pools pools;
    for (const auto& [key, thread] : first) {
        const auto later = second.find(key);
        const bool lives = same_process && later != second.end();
        pools.add(&thread, lives ? &later->second : nullptr, same_process);
    }
    for (const auto& [key, thread] : second) {
        if (!same_process || !first.contains(key)) pools.add(nullptr, &thread, same_process);
    }
    return pools.changes();
}

}  // namespace nmtx
