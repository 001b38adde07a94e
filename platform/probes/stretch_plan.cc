#include "platform/probes/stretch_plan.h"

#include <algorithm>
#include <ctime>

#include "platform/os/clock.h"

namespace nmtx {
namespace {

// A look that sees few calls costs next to nothing.
constexpr std::uint64_t first_look_ns = 300'000'000, look_ns = 60'000'000;
constexpr long first_times_ns = 100'000'000;
// Where debug registers cannot be had, each so many windows of one thread is of the others.
constexpr std::size_t others_each = 4;
// Of the processors' time, by threads that had no probe yet: then each second window is of the others.
constexpr double much_unseen = 0.05;
// Of the budget, for the calls of threads that are watched.
constexpr double share_for_watched = 0.25;
// Traps slow those that call most: one window for all threads only where that is sure to be paid for.
constexpr double slowed_rate = 4;

}  // namespace

std::optional<double> StretchPlanner::look(std::span<const pid_t> all, const ProbedAllocator& of) {
    if (maps_since_ns_ == 0) look_at_mappings(all, of);
    const auto seen = callers_.look(all, of, run_.windows.empty() ? first_look_ns : look_ns);
    if (!seen) {
        // Who has a processor says where to begin.
        times_.look(all);
        const timespec time{0, first_times_ns};
        ::nanosleep(&time, nullptr);
        return std::nullopt;
    }
    run_.hits.looks += seen->calls;
    if (seen->threads.empty()) return 0;
    // Threads that were not looked at may call as often.
    return seen->calls_a_second * static_cast<double>(all.size()) / static_cast<double>(seen->threads.size());
}

StretchPlan StretchPlanner::next(const std::vector<pid_t>& all, const ProbedAllocator& allocator,
                                 const ProbeBudget& budget) {
    look_at_mappings(all, allocator);
    times_.look(all);
    const auto seen = run_.windows.empty() || !registers() ? std::nullopt : look(all, allocator);
    const double rate = std::max(seen.value_or(0), rates_[of_busy_threads] + rates_[of_other_threads]);
    const std::vector<ScoutedThread> busy = callers_.busy();
    const std::size_t busy_and_some = busy.size() + std::max<std::size_t>(1, busy.size() / 3);
    const std::size_t good =
        std::min({std::max<std::size_t>(2, busy_and_some), all.size(), most_probed_threads});
    // Where nothing is known yet, closing the probes of one costs enough.
    const bool knows_rate = registers() || !run_.windows.empty();
    const std::size_t most = knows_rate ? budget.threads(watching_ ? slowed_rate * rate : rate, good) : 1;
    StretchPlan next;
    watching_ = most == 1 && all.size() > 1;
    if (watching_) next = plan_watched(all);
    if (next.watched.empty()) {
        const std::size_t each = times_.part_without_probe() > much_unseen ? 2 : others_each;
        const bool wants_others = most == 1 && single_windows_++ % each == 1;
        next.choice = choose_threads(all, busy, times_.since_last(), most, wants_others, random_);
    }
    const std::size_t of_each = allocator.functions.size() * (addresses_ ? 2 : 1);
    next.plan =
        budget.plan(rate, of_each * next.choice.threads.size(), callers_.most_calls(next.choice.threads));
    for (ChosenThread& thread : next.choice.threads) {
        if (const auto* const calls = callers_.rates(thread.tid))
            choose_calls(thread, *calls, allocator, next.plan, random_);
    }
    return next;
}

void StretchPlanner::look_at_mappings(std::span<const pid_t> all, const ProbedAllocator& allocator) {
    const auto mmap = std::find_if(allocator.functions.begin(), allocator.functions.end(),
                                   [](const ProbedFunction& function) { return function.maps; });
    if (mmap == allocator.functions.end()) return;
    mmap_ = static_cast<std::size_t>(mmap - allocator.functions.begin());
    const std::uint64_t now = monotonic_ns();
    if (maps_since_ns_ != 0) {
        const double seconds = static_cast<double>(now - maps_since_ns_) / 1e9;
        const auto mapped = maps_.take();
        for (const auto& [tid, one] : mapped) run_.hits.records += one.calls;
        callers_.remember(mapped, std::max(seconds, 1e-3), *mmap_);
    }
    maps_since_ns_ = now;
    maps_.follow(all);
}

double StretchPlanner::most_watched_calls() const {
    const double call_ns = run_.price.look_ns * (addresses_ ? 2 : 1) + run_.price.copy_ns;
    return share_for_watched * budget_ * 1e9 / call_ns;
}

// Windows of one thread are short: none of the threads that call seldom would be met. So windows are of the
// others, and these are watched all the time.
StretchPlan StretchPlanner::plan_watched(const std::vector<pid_t>& all) {
    if (!registers()) return {};
    std::vector<ScoutedThread> known = callers_.all();
    std::vector<pid_t> quiet;
    for (const pid_t tid : all) {
        if (!restless_.contains(tid)) {
            quiet.push_back(tid);
        } else if (std::none_of(known.begin(), known.end(),
                                [tid](const ScoutedThread& one) { return one.tid == tid; })) {
            known.push_back({tid, 1, 0});
        }
    }
    StretchPlan next;
    next.watched = choose_watched(quiet, known, times_.since_last(), most_watched_calls(), random_);
    for (ChosenThread& thread : next.watched) {
        const auto* const calls = mmap_ ? callers_.rates(thread.tid) : nullptr;
        thread.maps = calls != nullptr && (*calls)[*mmap_] >= 1;
    }
    std::vector<ScoutedThread> left;
    std::vector<pid_t> tids;
    for (const ScoutedThread& one : known) {
        const bool is_watched = std::any_of(next.watched.begin(), next.watched.end(),
                                            [&](const ChosenThread& of) { return of.tid == one.tid; });
        if (is_watched || !std::binary_search(all.begin(), all.end(), one.tid)) continue;
        left.push_back(one);
        tids.push_back(one.tid);
    }
    if (left.empty()) return {};
    next.choice = choose_threads(tids, left, {}, 1, false, random_);
    next.choice.covers = {true, false};
    return next;
}

std::vector<ChosenThread> StretchPlanner::watched_without_window(const std::vector<pid_t>& all) {
    return watching_ ? plan_watched(all).watched : std::vector<ChosenThread>{};
}

void StretchPlanner::remember(const ProbeWindow& window, const ThreadChoice& choice,
                              std::span<const double> bytes) {
    callers_.remember(window, bytes);
    std::vector<pid_t> probed;
    for (std::size_t i = 0; i < window.threads(); ++i) {
        probed.push_back(window.thread(i).tid);
        times_.note_probe(probed.back());
    }
    const double without = times_.part_without(probed);
    for (std::uint32_t stratum = 0; stratum < most_strata; ++stratum) {
        if (choice.covers[stratum]) rates_[stratum] = 0;
    }
    const double seconds = static_cast<double>(window.counted_ns()) / 1e9;
    for (std::size_t i = 0; i < window.threads() && seconds > 0; ++i) {
        const ChosenThread& thread = window.thread(i);
        constexpr double mostly_itself = 1.25;
        const bool several_work =
            thread.stratum == of_busy_threads || without > AllocationRun::most_unseen_cpu;
        if (thread.factor > mostly_itself && several_work) run_.one_for_several = true;
        rates_[thread.stratum] += static_cast<double>(window.hits(i).calls) * thread.factor / seconds;
    }
}

void StretchPlanner::remember_watched(std::span<const ScoutedThread> seen,
                                      const std::unordered_set<pid_t>& restless) {
    restless_ = restless;
    rates_[of_other_threads] = 0;
    for (const ScoutedThread& one : seen) {
        callers_.remember(one);
        times_.note_probe(one.tid);
        rates_[of_other_threads] += one.calls_a_second;
    }
}

double StretchPlanner::unseen_rate(const ThreadChoice& choice) const {
    double rate = 0;
    for (std::uint32_t stratum = 0; stratum < most_strata; ++stratum)
        rate += choice.covers[stratum] ? 0 : rates_[stratum];
    return rate;
}

}  // namespace nmtx
