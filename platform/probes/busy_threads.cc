#include "platform/probes/busy_threads.h"

#include <algorithm>

#include "platform/os/clock.h"

namespace nmtx {

const KnownThread& BusyThreads::known(pid_t tid) {
    auto& thread = threads_[tid];
    if (!thread) thread = std::make_unique<KnownThread>(process_, tid, false);
    return *thread;
}

std::optional<std::uint64_t> BusyThreads::wanted_ns(pid_t tid) {
    const auto clock = known(tid).clock();
    return clock ? std::optional(clock->run_ns + clock->wait_ns) : std::nullopt;
}

void BusyThreads::expect(const std::vector<ChosenThread>& threads) {
    last_seen_.clear();
    for (const ChosenThread& thread : threads) {
        if (const auto wanted = wanted_ns(thread.tid)) last_seen_[thread.tid] = {monotonic_ns(), *wanted};
    }
}

std::optional<double> BusyThreads::since_seen(pid_t tid, std::optional<std::uint64_t> wanted) const {
    constexpr std::uint64_t too_short_ns = 20'000'000;
    const auto seen = last_seen_.find(tid);
    const std::uint64_t now = monotonic_ns();
    if (seen == last_seen_.end() || !wanted || now < seen->second.at_ns + too_short_ns) return std::nullopt;
    const std::uint64_t more = *wanted - std::min(*wanted, seen->second.wanted_ns);
    return static_cast<double>(more) / static_cast<double>(now - seen->second.at_ns);
}

void BusyThreads::begin(const ProbeWindow& window) {
    wanted_before_.clear();
    before_.clear();
    for (std::size_t i = 0; i < window.threads(); ++i) {
        const pid_t tid = window.thread(i).tid;
        wanted_before_.push_back(wanted_ns(tid));
        before_.push_back(since_seen(tid, wanted_before_.back()));
    }
}

double BusyThreads::share(const ProbeWindow& window, std::size_t thread) {
    if (window.counted_ns() == 0) return 0;
    const auto counted = static_cast<double>(window.counted_ns());
    const double ran = static_cast<double>(window.ran_ns(thread)) / counted;
    const auto wanted = wanted_ns(window.thread(thread).tid);
    const auto& before = wanted_before_[thread];
    if (!wanted || !before || *wanted <= *before) return ran;
    // Its own clock is exact only when it leaves its processor, and windows are short.
    return std::max(ran, static_cast<double>(*wanted - *before) / counted);
}

}  // namespace nmtx
