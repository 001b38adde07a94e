#include "platform/probes/thread_times.h"

#include <algorithm>
#include <vector>

#include "hotspot/threads/thread_names.h"

namespace nmtx {

void ThreadTimes::follow(pid_t tid) {
    KnownThread thread(process_, tid, false);
    const auto clock = thread.clock();
    if (clock) followed_.emplace(tid, Followed{std::move(thread), clock->run_ns});
}

void ThreadTimes::look(std::span<const pid_t> all) {
    since_last_.clear();
    std::erase_if(followed_,
                  [all](const auto& one) { return !std::binary_search(all.begin(), all.end(), one.first); });
    for (auto& [tid, one] : followed_) {
        const auto clock = one.thread.clock();
        if (!clock || clock->run_ns < one.run_ns) continue;
        const auto ns = static_cast<double>(clock->run_ns - one.run_ns);
        one.run_ns = clock->run_ns;
        if (without_jvm_ && kind_of_hotspot_name(one.thread.name())) continue;
        since_last_[tid] = ns;
        so_far_[tid] += ns;
    }
    std::vector<pid_t> others;
    for (const pid_t tid : all) {
        if (!followed_.contains(tid)) others.push_back(tid);
    }
    const std::size_t room = most_followed - std::min(most_followed, followed_.size());
    if (others.size() > room) std::shuffle(others.begin(), others.end(), random_);
    others.resize(std::min(others.size(), room));
    for (const pid_t tid : others) follow(tid);
}

double ThreadTimes::part_without(std::span<const pid_t> threads) const {
    double all = 0, of_these = 0;
    for (const auto& [tid, ns] : since_last_) {
        all += ns;
        if (std::find(threads.begin(), threads.end(), tid) != threads.end()) of_these += ns;
    }
    return all > 0 ? 1 - of_these / all : 0;
}

double ThreadTimes::part_without_probe() const {
    double all = 0, without = 0;
    for (const auto& [tid, ns] : so_far_) {
        all += ns;
        if (!probed_.contains(tid)) without += ns;
    }
    return all > 0 ? without / all : 0;
}

}  // namespace nmtx
