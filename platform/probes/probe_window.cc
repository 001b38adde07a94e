#include "platform/probes/probe_window.h"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "platform/os/clock.h"

namespace nmtx {
namespace {

// Seen: a breakpoint was gone within a millisecond of the close.
constexpr std::uint64_t removal_ns = 1'000'000;

}  // namespace

// All probes of a thread write to one ring, so that their records are in the order of time.
bool ProbeWindow::join(Thread& thread, PerfProbe& probe, bool first, int& why) const {
    if (request_.stack_bytes == 0) return true;
    if (first) {
        if (thread.ring.map(probe, request_.ring_pages)) return true;
        why = errno;
        return false;
    }
    if (probe.send_to(thread.entries.front())) return true;
    why = errno;
    return false;
}

bool ProbeWindow::add(const ChosenThread& chosen, int& why) {
    Thread thread;
    thread.thread = chosen;
    const std::size_t functions = probed();
    const bool records = request_.stack_bytes > 0;
    const ProbeRecords returning{1, 0};
    for (std::size_t i = 0; i < functions; ++i) {
        const ProbedFunction& function = allocator_.functions[i];
        const int file = allocator_.file_of(function);
        const ProbeRecords entering{records ? (function.frees ? 1 : chosen.every_of(i)) : 0,
                                    function.frees ? 0 : request_.stack_bytes};
        PerfProbe entry = PerfProbe::insert(type_, {file, function.offset, false}, chosen.tid, entering, why);
        // The kernel waits first, and sets the breakpoint at the end.
        if (entry && present_since_ns_ == 0) present_since_ns_ = monotonic_ns();
        if (!entry || !join(thread, entry, thread.entries.empty(), why)) return false;
        owners_[entry.id()] = {i, false};
        thread.entries.push_back(std::move(entry));
        if (!request_.returns || !records || !function.returns_address) continue;
        PerfProbe back = PerfProbe::insert(type_, {file, function.offset, true}, chosen.tid, returning, why);
        if (!back || !join(thread, back, false, why)) return false;
        owners_[back.id()] = {i, true};
        thread.returns.push_back(std::move(back));
    }
    threads_.push_back(std::move(thread));
    return true;
}

Expected<void> ProbeWindow::begin(std::span<const ChosenThread> threads) {
    open_ = true;
    int refused = 0;
    for (const ChosenThread& chosen : threads) {
        int why = 0;
        if (!add(chosen, why) && why != ESRCH) refused = why;
    }
    if (refused != 0 || threads_.empty()) {
        close();
        if (refused == 0) return failure("the threads", "ended before a probe was set");
        return tl::make_unexpected(probe_refusal(refused));
    }
    for (Thread& thread : threads_) {
        for (PerfProbe& probe : thread.returns) probe.enable();
        for (PerfProbe& probe : thread.entries) probe.enable();
    }
    began_ns_ = monotonic_ns();
    return {};
}

void ProbeWindow::drain(const std::function<void(std::size_t, std::size_t, const ProbeRecord&)>& entered,
                        const std::function<void(std::size_t, const ProbeRecord&)>& returned,
                        std::uint64_t until_ns) {
    const auto has_stack = [this](std::uint64_t probe) {
        const auto owner = owners_.find(probe);
        return owner != owners_.end() && !owner->second.returns &&
               !allocator_.functions[owner->second.function].frees;
    };
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        const auto sink = [&](const ProbeRecord& record) {
            const auto owner = owners_.find(record.probe);
            if (owner == owners_.end()) return;
            const std::size_t function = owner->second.function;
            threads_[i].last_ns = std::max(threads_[i].last_ns, record.time_ns);
            if (owner->second.returns) {
                ++threads_[i].returned[function];
                return returned(i, record);
            }
            ++threads_[i].records[function];
            entered(i, function, record);
        };
        threads_[i].ring.take(has_stack, sink, until_ns);
    }
}

void ProbeWindow::stop() {
    stopping_ns_ = monotonic_ns();
    for (Thread& thread : threads_) {
        for (PerfProbe& probe : thread.entries) probe.disable();
    }
    stopped_ns_ = monotonic_ns();
    for (Thread& thread : threads_) {
        for (PerfProbe& probe : thread.returns) probe.disable();
    }
}

// The kernel takes a breakpoint out at once when the last event of its function is closed, and waits
// afterwards, for one event after the other, whoever closes them. So those of the function that is called
// most go first.
void ProbeWindow::close() {
    if (!open_) return;
    open_ = false;
    for (std::size_t i = 0; i < threads_.size(); ++i) ended_threads_.push_back(hits(i));
    std::vector<std::size_t> order;
    for (std::size_t function = 0; function < probed(); ++function) {
        order.push_back(function);
        for (std::size_t i = 0; i < threads_.size(); ++i) {
            if (function >= threads_[i].entries.size()) continue;
            const ProbeHits own = hits(i, function);
            ended_[function].calls += static_cast<double>(own.calls) * threads_[i].thread.factor;
            ended_[function].returns += static_cast<double>(own.returns) * threads_[i].thread.factor;
            ended_[function].copies += own.copies;
            ended_[function].records += own.records;
        }
    }
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return ended_[a].calls > ended_[b].calls; });
    // An event lives on while its memory is mapped.
    for (Thread& thread : threads_) thread.ring = ProbeRing();
    for (const std::size_t function : order) close_function(function);
    closed_ns_ = monotonic_ns();
}

// Returns first: without their events calls cost less, while the kernel waits for those that follow.
void ProbeWindow::close_function(std::size_t function) {
    std::vector<Descriptor> events;
    const auto take = [&](std::vector<PerfProbe>& probes) {
        for (PerfProbe& probe : probes) {
            const auto owner = owners_.find(probe.id());
            if (probe && owner != owners_.end() && owner->second.function == function)
                events.push_back(probe.take());
        }
    };
    for (Thread& thread : threads_) take(thread.returns);
    const std::size_t returns = events.size();
    for (Thread& thread : threads_) take(thread.entries);
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i + 1 == returns) ended_[function].returns_gone_ns = monotonic_ns() + removal_ns;
        if (i + 1 == events.size()) ended_[function].gone_ns = monotonic_ns() + removal_ns;
        events[i].close();
    }
}

double ProbeWindow::present_s() const {
    std::uint64_t gone = stopped_ns_;
    for (const Ended& ended : ended_) {
        if (ended.calls > 0) gone = std::max(gone, ended.gone_ns);
    }
    return gone > present_since_ns_ ? static_cast<double>(gone - present_since_ns_) / 1e9 : 0;
}

ProbeHits ProbeWindow::paid(const HitPrice& price) const {
    const double counted = std::max(static_cast<double>(counted_ns()), 1e3);
    const bool slowed = std::any_of(ended_threads_.begin(), ended_threads_.end(), [&](const ProbeHits& own) {
        return cost_ns(price, own) >= counted / (1 + most_price_doubt);
    });
    const auto times_counted = [&](std::uint64_t gone_ns) {
        return gone_ns <= present_since_ns_ ? 1 : static_cast<double>(gone_ns - present_since_ns_) / counted;
    };
    double calls = 0, returns = 0;
    ProbeHits sum;
    for (const Ended& ended : ended_) {
        sum.copies += ended.copies;
        sum.records += ended.records;
        returns += ended.returns * std::max(1.0, times_counted(ended.returns_gone_ns));
        double as_many = ended.calls;
        if (slowed)
            as_many += (price.return_ns * ended.returns + price.copy_ns * static_cast<double>(ended.copies)) /
                       price.call_ns;
        calls += ended.calls + as_many * std::max(0.0, times_counted(ended.gone_ns) - 1);
    }
    sum.calls = static_cast<std::uint64_t>(std::llround(calls));
    sum.returns = static_cast<std::uint64_t>(std::llround(returns));
    return sum;
}

ProbeHits ProbeWindow::hits(std::size_t thread) const {
    ProbeHits sum;
    for (std::size_t i = 0; i < threads_[thread].entries.size(); ++i) {
        const ProbeHits own = hits(thread, i);
        sum.calls += own.calls;
        sum.returns += own.returns;
        sum.copies += own.copies;
        sum.records += own.records;
    }
    return sum;
}

ProbeHits ProbeWindow::hits(std::size_t thread, std::size_t function) const {
    const Thread& of = threads_[thread];
    ProbeHits own;
    own.calls = of.entries[function].hits();
    (allocator_.functions[function].frees ? own.records : own.copies) = of.records[function];
    // Functions that return no address have no probe there.
    for (const PerfProbe& probe : of.returns) {
        const auto owner = owners_.find(probe.id());
        if (owner != owners_.end() && owner->second.function == function) own.returns += probe.hits();
    }
    return own;
}

ProbeHits ProbeWindow::hits() const {
    double calls = 0, returns = 0;
    ProbeHits sum;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        const ProbeHits own = hits(i);
        calls += static_cast<double>(own.calls) * threads_[i].thread.factor;
        returns += static_cast<double>(own.returns) * threads_[i].thread.factor;
        sum.records += own.records;
        sum.copies += own.copies;  // threads without a probe of their own have none
    }
    sum.calls = static_cast<std::uint64_t>(std::llround(calls));
    sum.returns = static_cast<std::uint64_t>(std::llround(returns));
    return sum;
}

ProbeHits ProbeWindow::seen() const {
    double calls = 0, returns = 0;
    ProbeHits sum;
    for (const Thread& thread : threads_) {
        const double factor = thread.thread.factor;
        for (std::size_t i = 0; i < most_functions; ++i) {
            const bool frees = i < allocator_.functions.size() && allocator_.functions[i].frees;
            calls +=
                static_cast<double>(thread.records[i] * (frees ? 1 : thread.thread.every_of(i))) * factor;
            returns += static_cast<double>(thread.returned[i]) * factor;
            (frees ? sum.records : sum.copies) += thread.records[i];
        }
    }
    sum.calls = static_cast<std::uint64_t>(std::llround(calls));
    sum.returns = static_cast<std::uint64_t>(std::llround(returns));
    return sum;
}

std::uint64_t ProbeWindow::recorded_until_ns(std::size_t thread) const {
    const Thread& of = threads_[thread];
    return of.ring.lost() > 0 ? std::clamp(of.last_ns, began_ns_, stopping_ns_) : stopping_ns_;
}

std::uint64_t ProbeWindow::lost() const {
    std::uint64_t sum = 0;
    for (const Thread& thread : threads_) sum += thread.ring.lost();
    return sum;
}

std::uint64_t ProbeWindow::bad() const {
    std::uint64_t sum = 0;
    for (const Thread& thread : threads_) sum += thread.ring.bad();
    return sum;
}

}  // namespace nmtx
