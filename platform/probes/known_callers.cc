#include "platform/probes/known_callers.h"

#include <algorithm>
#include <ctime>
#include <map>

#include "platform/probes/chosen_threads.h"
#include "platform/profile/thread_clock.h"

namespace nmtx {
namespace {

constexpr std::uint64_t enough_calls = 200;
constexpr std::size_t most_busy = 16;
constexpr std::size_t most_remembered = 100'000;
constexpr long guess_over_ns = 30'000'000;

double sum_of(const std::array<double, most_functions>& rates) {
    double sum = 0;
    for (const double rate : rates) sum += rate;
    return sum;
}

}  // namespace

std::vector<pid_t> KnownCallers::looked_at(std::span<const pid_t> threads) {
    std::vector<pid_t> all(threads.begin(), threads.end());
    if (all.size() <= most_scouted_threads) return all;
    std::shuffle(all.begin(), all.end(), random_);
    const std::vector<ScoutedThread> known = busy();
    std::stable_partition(all.begin(), all.end(), [&](pid_t tid) {
        return std::any_of(known.begin(), known.end(),
                           [tid](const ScoutedThread& one) { return one.tid == tid; });
    });
    all.resize(most_scouted_threads);
    return all;
}

std::optional<Scouted> KnownCallers::look(std::span<const pid_t> threads, const ProbedAllocator& allocator,
                                          std::uint64_t most_ns) {
    auto scouted =
        scout_calls(looked_at(threads), allocator.functions.front().address, {most_ns, enough_calls});
    if (!scouted) return std::nullopt;
    if (rates_.size() > most_remembered) rates_.clear();
    for (const ScoutedThread& one : scouted->threads) {
        // A few milliseconds tell little of one that calls seldom: what was seen before fades.
        double& rate = rates_[one.tid].front();
        rate = std::max(one.calls_a_second, rate / 2);
    }
    return scouted;
}

void KnownCallers::guess(const ProcessFiles& process, std::span<const pid_t> threads) {
    const std::vector<pid_t> some = looked_at(threads);
    std::map<pid_t, std::uint64_t> before;
    for (const pid_t tid : some) {
        if (const auto clock = KnownThread(process, tid, false).clock()) before[tid] = clock->run_ns;
    }
    const timespec time{0, guess_over_ns};
    ::nanosleep(&time, nullptr);
    for (const auto& [tid, run_ns] : before) {
        const auto clock = KnownThread(process, tid, false).clock();
        if (clock && clock->run_ns > run_ns)
            rates_[tid].front() = static_cast<double>(clock->run_ns - run_ns) / 1000;
    }
}

void KnownCallers::remember(const ProbeWindow& window) {
    if (window.counted_ns() == 0) return;
    for (std::size_t i = 0; i < window.threads(); ++i) {
        auto& rates = rates_[window.thread(i).tid];
        for (std::size_t function = 0; function < window.probed(); ++function)
            rates[function] = static_cast<double>(window.hits(i, function).calls) * 1e9 /
                              static_cast<double>(window.counted_ns());
    }
}

std::vector<ScoutedThread> KnownCallers::busy() const {
    constexpr double least = 1;  // calls a second
    std::vector<ScoutedThread> all;
    for (const auto& [tid, rates] : rates_) {
        if (sum_of(rates) >= least) all.push_back({tid, sum_of(rates)});
    }
    std::sort(all.begin(), all.end(), [](const ScoutedThread& a, const ScoutedThread& b) {
        return a.calls_a_second != b.calls_a_second ? a.calls_a_second > b.calls_a_second : a.tid < b.tid;
    });
    if (all.size() > most_busy) all.resize(most_busy);
    return all;
}

const std::array<double, most_functions>* KnownCallers::rates(pid_t tid) const {
    const auto known = rates_.find(tid);
    return known == rates_.end() ? nullptr : &known->second;
}

}  // namespace nmtx
