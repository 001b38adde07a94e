#include "platform/probes/known_callers.h"

#include <algorithm>

#include "platform/probes/chosen_threads.h"

namespace nmtx {
namespace {

constexpr std::uint64_t enough_calls = 400;
constexpr double expected_calls = 3;
constexpr std::size_t most_busy = 16;
constexpr std::size_t most_remembered = 100'000;

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
    auto scouted = scout_calls(looked_at(threads), allocator.functions.front(), {most_ns, enough_calls});
    if (!scouted) return std::nullopt;
    for (const ScoutedThread& one : scouted->threads) remember(one);
    return scouted;
}

void KnownCallers::remember(const ScoutedThread& seen) {
    if (threads_.size() > most_remembered) threads_.clear();
    Known& known = threads_[seen.tid];
    // A few milliseconds tell little of a thread that calls seldom: what was seen before fades.
    known.calls.front() = std::max(seen.calls_a_second, known.calls.front() / 2);
    known.bytes = std::max(seen.bytes_a_second, known.bytes / 2);
}

void KnownCallers::remember(const ProbeWindow& window, std::span<const double> bytes) {
    if (window.counted_ns() == 0) return;
    const double seconds = static_cast<double>(window.counted_ns()) / 1e9;
    for (std::size_t i = 0; i < window.threads(); ++i) {
        Known& known = threads_[window.thread(i).tid];
        known.bytes = std::max(bytes[i] / seconds, known.bytes / 2);
        for (std::size_t function = 0; function < window.probed(); ++function) {
            const auto calls = static_cast<double>(window.hits(i, function).calls);
            // A window that is too short to meet a call says nothing of a thread that made none.
            if (calls > 0 || known.calls[function] * seconds > expected_calls)
                known.calls[function] = calls / seconds;
        }
    }
}

void KnownCallers::remember(const std::map<pid_t, MapWatch::Mapped>& mapped, double seconds,
                            std::size_t function) {
    // So it is known for two stretches more, however seldom it maps: what it maps may be large.
    constexpr double least = 4;
    for (auto& [tid, known] : threads_) {
        if (!mapped.contains(tid)) known.calls[function] /= 2;
    }
    for (const auto& [tid, one] : mapped) {
        Known& known = threads_[tid];
        known.calls[function] = std::max(static_cast<double>(one.calls) / seconds, least);
        known.bytes = std::max(known.bytes, static_cast<double>(one.bytes) / seconds);
    }
}

std::vector<ScoutedThread> KnownCallers::all() const {
    constexpr double least = 1;  // calls a second
    std::vector<ScoutedThread> all;
    for (const auto& [tid, known] : threads_) {
        if (sum_of(known.calls) >= least) all.push_back({tid, sum_of(known.calls), known.bytes});
    }
    const std::vector<double> shares = shares_of_work(all);
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return shares[a] != shares[b] ? shares[a] > shares[b] : all[a].tid < all[b].tid;
    });
    std::vector<ScoutedThread> sorted;
    sorted.reserve(order.size());
    for (const std::size_t i : order) sorted.push_back(all[i]);
    return sorted;
}

std::vector<ScoutedThread> KnownCallers::busy() const {
    std::vector<ScoutedThread> first = all();
    if (first.size() > most_busy) first.resize(most_busy);
    return first;
}

const std::array<double, most_functions>* KnownCallers::rates(pid_t tid) const {
    const auto known = threads_.find(tid);
    return known == threads_.end() ? nullptr : &known->second.calls;
}

double KnownCallers::most_calls(std::span<const ChosenThread> threads) const {
    double most = 0;
    for (const ChosenThread& thread : threads) {
        const auto* const calls = rates(thread.tid);
        if (calls != nullptr) most = std::max(most, sum_of(*calls));
    }
    return most;
}

}  // namespace nmtx
