#include "platform/probes/seldom_calls.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "platform/os/clock.h"
#include "platform/profile/thread_clock.h"

namespace nmtx {
namespace {

constexpr std::size_t most_watched_functions = 3, most_places = 64;
constexpr std::size_t most_pages = 2048, most_pages_each = 256;  // a record has 16 KiB
constexpr std::uint64_t turn_every_ns = 1'000'000'000, first_turn_ns = 50'000'000;
// Registers are set anew with each switch. Seen: 2 to 3 microseconds.
constexpr double switch_ns = 3000;

// The first ones, and of a thread that maps memory mmap in place of the last of them.
std::vector<std::size_t> watched_functions(const ProbedAllocator& allocator, bool with_mmap) {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < allocator.functions.size(); ++i) {
        const ProbedFunction& function = allocator.functions[i];
        if (function.frees || (function.maps && !with_mmap)) continue;
        if (numbers.size() < most_watched_functions) {
            numbers.push_back(i);
        } else if (function.maps) {
            numbers.back() = i;
        }
    }
    return numbers;
}

std::uint64_t slices_of(const KnownThread& thread) {
    const auto clock = thread.clock();
    return clock ? clock->slices.value_or(0) : 0;
}

}  // namespace

bool SeldomCalls::add(const ChosenThread& chosen, std::size_t ring_pages) {
    Thread thread;
    thread.thread = chosen;
    for (const std::size_t number : watched_functions(*allocator_, chosen.maps)) {
        const ProbedFunction& function = allocator_->functions[number];
        int why = 0;
        PerfProbe entry = PerfProbe::at_register(function.address, chosen.tid, {1, bounds_.stack_bytes}, why);
        if (!entry) return why == ESRCH;
        const bool joined = thread.entries.empty() ? thread.ring.map(entry, ring_pages)
                                                   : entry.send_to(thread.entries.front());
        if (!joined) return false;
        thread.entries.push_back(std::move(entry));
        thread.functions.push_back(number);
    }
    thread.known = std::make_unique<KnownThread>(process_, chosen.tid, true);
    thread.slices = slices_of(*thread.known);
    threads_.push_back(std::move(thread));
    return true;
}

bool SeldomCalls::begin(std::span<const ChosenThread> threads, const ProbedAllocator& allocator,
                        const Bounds& bounds) {
    threads_.clear();
    seen_.clear();
    allocator_ = &allocator;
    bounds_ = bounds;
    calls_ = 0;
    if (threads.empty()) return true;
    const std::size_t pages = std::min(most_pages_each, std::bit_floor(most_pages / threads.size()));
    for (const ChosenThread& chosen : threads) {
        if (add(chosen, pages)) continue;
        threads_.clear();
        return false;
    }
    began_ns_ = monotonic_ns();
    turned_ns_ = began_ns_ - turn_every_ns + first_turn_ns;
    ended_ns_ = 0;
    for (Thread& thread : threads_) {
        for (PerfProbe& entry : thread.entries) entry.enable_for(bounds.most_calls);
    }
    records_.begin_watch();
    return true;
}

void SeldomCalls::note_place(Thread& thread, std::uint64_t code, double bytes) {
    const auto known = std::find_if(thread.places.begin(), thread.places.end(),
                                    [code](const Place& place) { return place.code == code; });
    if (known != thread.places.end()) {
        known->bytes += bytes;
    } else if (thread.places.size() < most_places) {
        thread.places.push_back({code, bytes});
    }
}

// A place that is chosen by what came before it: so which of its calls are seen to return says nothing of
// them.
void SeldomCalls::watch_returns(Thread& thread) {
    std::vector<double> weights;
    weights.reserve(thread.places.size());
    for (const Place& place : thread.places) weights.push_back(place.bytes + 1);
    std::discrete_distribution<std::size_t> chosen(weights.begin(), weights.end());
    const std::uint64_t code = thread.places[chosen(random_)].code;
    if (thread.back && code == thread.back_at) return;
    if (thread.back) thread.back.take().close();
    int why = 0;
    PerfProbe back = PerfProbe::at_register(Address{code}, thread.thread.tid, {1, 0}, why);
    if (!back || !back.send_to(thread.entries.front()) || !back.enable()) return;
    thread.back = std::move(back);
    thread.back_at = code;
}

void SeldomCalls::drain(std::size_t index) {
    Thread& thread = threads_[index];
    const auto entry_of = [&](std::uint64_t probe) {
        std::size_t i = 0;
        while (i < thread.entries.size() && thread.entries[i].id() != probe) ++i;
        return i;
    };
    thread.ring.take([&](std::uint64_t probe) { return entry_of(probe) < thread.entries.size(); },
                     [&](const ProbeRecord& record) {
                         const std::size_t entry = entry_of(record.probe);
                         if (entry == thread.entries.size()) {
                             ++thread.returned;
                             return records_.leave_watched(index, record);
                         }
                         const std::size_t function = thread.functions[entry];
                         ++thread.records[function];
                         ++calls_;
                         thread.last_ns = record.time_ns;
                         const auto call = records_.enter_watched(
                             index, thread.thread, allocator_->functions[function], function, record);
                         if (!call) return;
                         thread.bytes += call->bytes;
                         note_place(thread, call->returns_to, call->bytes);
                     });
}

void SeldomCalls::drain() {
    if (!running()) return;
    for (std::size_t i = 0; i < threads_.size(); ++i) drain(i);
    if (ended_ns_ != 0) return;
    const std::uint64_t now = monotonic_ns();
    const bool turn = now - turned_ns_ >= turn_every_ns;
    if (turn) let_restless_go();
    if (turn) turned_ns_ = now;
    for (Thread& thread : threads_) {
        const bool wanted = addresses_ && thread.until_ns == 0 && !thread.places.empty();
        if (wanted && (turn || !thread.back)) watch_returns(thread);
    }
    if (calls_ > bounds_.most_calls) stop();
}

// First those that have not called, and of them those that cost most.
void SeldomCalls::let_restless_go() {
    const double seconds = static_cast<double>(monotonic_ns() - began_ns_) / 1e9;
    struct Switches {
        Thread* thread;
        double a_second;
    };
    std::vector<Switches> all;
    double sum = 0;
    for (Thread& thread : threads_) {
        const std::uint64_t slices = slices_of(*thread.known);
        if (thread.until_ns != 0 || slices <= thread.slices) continue;
        all.push_back({&thread, static_cast<double>(slices - thread.slices) / seconds});
        sum += all.back().a_second;
    }
    std::sort(all.begin(), all.end(), [](const Switches& a, const Switches& b) {
        const bool a_calls = a.thread->last_ns != 0, b_calls = b.thread->last_ns != 0;
        return a_calls != b_calls ? b_calls : a.a_second > b.a_second;
    });
    for (const Switches& one : all) {
        if (sum <= bounds_.most_switches) break;
        sum -= one.a_second;
        let_go(*one.thread);
        restless_.insert(one.thread->thread.tid);
    }
}

void SeldomCalls::let_go(Thread& thread) {
    if (thread.until_ns == 0) thread.until_ns = monotonic_ns();
    for (PerfProbe& entry : thread.entries) entry.disable();
    if (thread.back) thread.back.disable();
}

void SeldomCalls::stop() {
    if (ended_ns_ != 0) return;
    for (Thread& thread : threads_) let_go(thread);
    ended_ns_ = monotonic_ns();
}

std::array<double, most_functions> SeldomCalls::account_for(Thread& thread) {
    std::array<double, most_functions> factors{};
    std::uint64_t calls = 0;
    bool full = false;
    for (std::size_t i = 0; i < thread.entries.size(); ++i) {
        const std::size_t function = thread.functions[i];
        const std::uint64_t hits = thread.entries[i].hits(), records = thread.records[function];
        calls += hits;
        full = full || hits >= bounds_.most_calls;
        // Those that had no room in the buffer.
        factors[function] = records > 0 ? static_cast<double>(hits) / static_cast<double>(records) : 1;
    }
    const std::uint64_t until = std::clamp(full ? thread.last_ns : thread.until_ns, began_ns_ + 1, ended_ns_);
    const double part = static_cast<double>(until - began_ns_) / static_cast<double>(ended_ns_ - began_ns_);
    for (double& factor : factors) factor /= part;
    const double seconds = static_cast<double>(until - began_ns_) / 1e9;
    seen_.push_back({thread.thread.tid, static_cast<double>(calls) / seconds, thread.bytes / seconds});
    const std::uint64_t slices = slices_of(*thread.known);
    const double switches = slices > thread.slices ? static_cast<double>(slices - thread.slices) : 0;
    run_.hits.looks += calls + thread.returned +
                       static_cast<std::uint64_t>(std::llround(switches * switch_ns / run_.price.look_ns));
    for (const std::uint64_t records : thread.records) run_.hits.copies += records;
    return factors;
}

std::optional<TimeWindow> SeldomCalls::end(std::uint32_t entry) {
    if (!running()) return std::nullopt;
    stop();
    drain();
    std::vector<std::array<double, most_functions>> factors;
    factors.reserve(threads_.size());
    for (Thread& thread : threads_) factors.push_back(account_for(thread));
    records_.end_watch(factors, entry);
    threads_.clear();
    const double seconds = static_cast<double>(ended_ns_ - began_ns_) / 1e9;
    return TimeWindow{seconds, seconds, of_other_threads};
}

}  // namespace nmtx
