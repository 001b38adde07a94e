#include "platform/probes/serving_calls.h"

#include <poll.h>
#include <sys/types.h>

#include <algorithm>
#include <utility>

#include "platform/probes/probe_window.h"

namespace nmtx {
namespace {

// Each is closed one after the other, which takes tens of milliseconds.
constexpr std::size_t most_threads = 2;
constexpr int counted_ms = 20;

std::vector<ChosenThread> busiest(const ThreadNs& times) {
    std::vector<std::pair<double, pid_t>> order;
    order.reserve(times.size());
    for (const auto& [tid, ns] : times) order.emplace_back(ns, tid);
    std::sort(order.rbegin(), order.rend());
    order.resize(std::min(order.size(), most_threads));
    std::vector<ChosenThread> chosen(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) chosen[i].tid = order[i].second;
    return chosen;
}

void count_by_probes(const UprobeType& type, std::span<const ProbedAllocator> files, const ThreadNs& times,
                     const HitPrice& price, ServingFile& found) {
    const std::vector<ChosenThread> threads = busiest(times);
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        ProbeWindow window(type, files[i], {0, false, 0, 1});
        if (!window.begin(threads)) continue;
        ::poll(nullptr, 0, counted_ms);
        window.stop();
        const std::uint64_t calls = window.hits().calls;
        window.close();
        found.paid += window.paid(price);
        if (calls <= most) continue;
        most = calls;
        found.number = i;
    }
}

}  // namespace

ServingFile find_serving(const UprobeType& type, std::span<const ProbedAllocator> files,
                         const HitPrice& price, const std::function<ThreadNs()>& times,
                         const std::function<std::optional<double>(const ProbedAllocator&)>& look) {
    ServingFile found;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto seen = look(files[i]);
        if (!seen) {
            if (files.size() > 1) count_by_probes(type, files, times(), price, found);
            break;
        }
        if (*seen <= found.calls_a_second) continue;
        found.calls_a_second = *seen;
        found.number = i;
    }
    return found;
}

}  // namespace nmtx
