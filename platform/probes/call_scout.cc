#include "platform/probes/call_scout.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "platform/os/clock.h"
#include "platform/probes/perf_probe.h"
#include "platform/probes/probe_ring.h"

namespace nmtx {
namespace {

constexpr long look_every_ns = 1'000'000;
constexpr int priced_calls = 50;
// Calls counted for each thread: fewer would not give a rate, more would not fit the ring.
constexpr std::uint64_t least_part = 6, most_part = 40;
constexpr std::size_t scout_ring_pages = 2;

struct Watched {
    pid_t tid = 0;
    PerfProbe event;
    ProbeRing ring;
    std::uint64_t calls = 0, first_ns = 0, last_ns = 0;
    double bytes = 0;
};

void take_calls(Watched& one, SizeArgument size) {
    one.ring.take([](std::uint64_t) { return false; },
                  [&](const ProbeRecord& record) {
                      ++one.calls;
                      if (one.first_ns == 0) one.first_ns = record.time_ns;
                      one.last_ns = record.time_ns;
                      const std::uint64_t bytes = requested_bytes(size, record);
                      if (bytes < most_asked) one.bytes += static_cast<double>(bytes);
                  });
}

[[gnu::noinline]] void scouted_function() {
    asm volatile("");
}

}  // namespace

std::optional<Scouted> scout_calls(std::span<const pid_t> tids, const ProbedFunction& function,
                                   const ScoutBounds& bounds) {
    static const bool show_calls = scout_price_ns() > 0;
    if (!show_calls) return std::nullopt;
    const std::uint64_t part =
        std::clamp(bounds.enough_calls / std::max<std::uint64_t>(1, tids.size()), least_part, most_part);
    std::vector<Watched> watched;
    for (const pid_t tid : tids) {
        Watched one;
        int why = 0;
        one.tid = tid;
        one.event = PerfProbe::at_register(function.address, tid, {1, 0}, why);
        if (!one.event && why == ESRCH) continue;
        if (!one.event || !one.ring.map(one.event, scout_ring_pages)) return std::nullopt;
        watched.push_back(std::move(one));
    }
    const std::uint64_t begin = monotonic_ns();
    for (Watched& one : watched) one.event.enable_for(static_cast<std::uint32_t>(part));
    const auto all_have_enough = [&] {
        for (Watched& one : watched) take_calls(one, function.size);
        return std::all_of(watched.begin(), watched.end(),
                           [part](const Watched& one) { return one.calls >= part; });
    };
    while (monotonic_ns() - begin < bounds.most_ns && !all_have_enough()) {
        const timespec time{0, look_every_ns};
        ::nanosleep(&time, nullptr);
    }
    for (Watched& one : watched) one.event.disable();
    const std::uint64_t end = monotonic_ns();
    Scouted found;
    for (Watched& one : watched) {
        take_calls(one, function.size);
        const std::uint64_t until = one.calls >= part ? std::clamp(one.last_ns, begin + 1, end) : end;
        const double seconds = static_cast<double>(until - begin) / 1e9;
        found.calls += one.calls;
        const bool quick = one.calls >= part && one.last_ns > one.first_ns;
        found.calls_a_second +=
            quick ? static_cast<double>(one.calls - 1) * 1e9 / static_cast<double>(one.last_ns - one.first_ns)
                  : static_cast<double>(one.calls) / seconds;
        found.threads.push_back({one.tid, static_cast<double>(one.calls) / seconds, one.bytes / seconds});
    }
    return found;
}

double scout_price_ns() {
    const Address function{reinterpret_cast<std::uintptr_t>(&scouted_function)};
    int why = 0;
    PerfProbe event = PerfProbe::at_register(function, 0, {}, why);
    if (!event) return 0;
    event.enable();
    const std::uint64_t begin = monotonic_ns();
    for (int i = 0; i < priced_calls; ++i) scouted_function();
    const std::uint64_t ns = monotonic_ns() - begin;
    return event.hits() == 0 ? 0 : static_cast<double>(ns) / priced_calls;
}

}  // namespace nmtx
