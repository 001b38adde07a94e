#include "platform/probes/call_scout.h"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "platform/os/clock.h"
#include "platform/os/descriptor.h"

namespace nmtx {
namespace {

constexpr long count_every_ns = 500'000;
constexpr int priced_calls = 50;

Descriptor breakpoint_at(Address function, pid_t tid) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_BREAKPOINT;
    attributes.bp_type = HW_BREAKPOINT_X;
    attributes.bp_addr = function.value;
    attributes.bp_len = sizeof(long);
    attributes.disabled = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    return Descriptor(static_cast<int>(
        ::syscall(SYS_perf_event_open, &attributes, tid, -1, -1, static_cast<long>(PERF_FLAG_FD_CLOEXEC))));
}

std::uint64_t hits_of(const Descriptor& event) {
    std::uint64_t count = 0;
    return ::read(event.get(), &count, sizeof count) == static_cast<ssize_t>(sizeof count) ? count : 0;
}

[[gnu::noinline]] void scouted_function() {
    asm volatile("");
}

}  // namespace

std::optional<Scouted> scout_calls(std::span<const pid_t> tids, Address function, const ScoutBounds& bounds) {
    struct Watched {
        pid_t tid;
        Descriptor event;
    };
    std::vector<Watched> watched;
    for (const pid_t tid : tids) {
        Descriptor event = breakpoint_at(function, tid);
        if (!event && errno != ESRCH) return std::nullopt;
        if (event) watched.push_back({tid, std::move(event)});
    }
    const std::uint64_t begin = monotonic_ns();
    for (const Watched& one : watched) ::ioctl(one.event.get(), PERF_EVENT_IOC_ENABLE, 0);
    const auto count = [&] {
        std::uint64_t calls = 0;
        for (const Watched& one : watched) calls += hits_of(one.event);
        return calls;
    };
    Scouted found;
    while (monotonic_ns() - begin < bounds.most_ns && count() < bounds.enough_calls) {
        const timespec time{0, count_every_ns};
        ::nanosleep(&time, nullptr);
    }
    for (const Watched& one : watched) ::ioctl(one.event.get(), PERF_EVENT_IOC_DISABLE, 0);
    found.seconds = static_cast<double>(monotonic_ns() - begin) / 1e9;
    for (const Watched& one : watched) {
        const std::uint64_t calls = hits_of(one.event);
        found.calls += calls;
        found.threads.push_back({one.tid, static_cast<double>(calls) / found.seconds});
    }
    return found;
}

double scout_price_ns() {
    const Address function{reinterpret_cast<std::uintptr_t>(&scouted_function)};
    const Descriptor event = breakpoint_at(function, 0);
    if (!event) return 0;
    ::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0);
    const std::uint64_t begin = monotonic_ns();
    for (int i = 0; i < priced_calls; ++i) scouted_function();
    const std::uint64_t ns = monotonic_ns() - begin;
    return hits_of(event) == 0 ? 0 : static_cast<double>(ns) / priced_calls;
}

}  // namespace nmtx
