#include <linux/perf_event.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "allocations/allocation_sites.h"
#include "allocations/estimate.h"
#include "catch.h"
#include "platform/child.h"
#include "platform/os/clock.h"
#include "platform/probes/allocation_sampler.h"
#include "platform/probes/chosen_threads.h"
#include "platform/probes/probe_ring.h"
#include "platform/probes/probed_functions.h"
#include "platform/probes/thread_times.h"
#include "platform/record_bytes.h"

using namespace nmtx;
using namespace nmtx::test;

// Allocates at a known place, and is found by its symbol.
extern "C" {
std::atomic<void*> nmtx_probed_sink;
[[gnu::noinline]] void nmtx_probed_leak(std::size_t bytes) {
    void* const block = std::malloc(bytes);
    std::memset(block, 1, 1);
    nmtx_probed_sink = block;
}
}

namespace {

Child leaking_child() {
    return Child([](auto ready) {
        may_be_traced();
        ready();
        for (int i = 0; i < 100'000; ++i) {
            nmtx_probed_leak(1000);
            ::usleep(1000);
        }
    });
}

// A record as perf_event_open(2) describes it: its registers are 100, 101 … in the kernel's order.
std::vector<std::byte> made_record(std::uint64_t stack_size, std::uint64_t copied) {
    std::vector<std::byte> out;
    append(out, std::uint64_t{77});
    append(out, std::uint32_t{4711});
    append(out, std::uint32_t{4712});
    append(out, std::uint64_t{123'456});
    append(out, std::uint64_t{PERF_SAMPLE_REGS_ABI_64});
    for (std::uint64_t i = 0; i < dwarf_registers; ++i) append(out, 100 + i);
    append(out, stack_size);
    for (std::uint64_t i = 0; i < stack_size; ++i) out.push_back(static_cast<std::byte>(i));
    if (stack_size > 0) append(out, copied);
    return out;
}

}  // namespace

TEST_CASE("probe record: registers by their DWARF numbers, and the part of the stack that was copied") {
    ProbeRecord record;
    const std::vector<std::byte> bytes = made_record(64, 24);
    REQUIRE(read_probe_record(bytes, true, record));
    CHECK(record.probe == 77);
    CHECK(record.tid == 4712);
    CHECK(record.time_ns == 123'456);
    // The kernel's order is ax bx cx dx si di bp sp ip r8 …
    CHECK(record.registers[0] == 100);
    CHECK(record.registers[1] == 103);
    CHECK(record.registers[dwarf_stack_pointer] == 107);
    CHECK(record.registers[dwarf_return_address] == 108);
    CHECK(record.registers[8] == 109);
    CHECK(record.registers[15] == 116);
    REQUIRE(record.stack.size() == 24);
    CHECK(record.stack[23] == std::byte{23});
    CHECK(requested_bytes(SizeArgument::first, record) == 105);
    CHECK(requested_bytes(SizeArgument::second, record) == 104);
    CHECK(requested_bytes(SizeArgument::third, record) == 103);
    CHECK(requested_bytes(SizeArgument::first_times_second, record) == 105 * 104);
}

TEST_CASE("probe record: one without a stack, and one that is cut") {
    ProbeRecord record;
    const std::vector<std::byte> none = made_record(0, 0);
    REQUIRE(read_probe_record(none, true, record));
    CHECK(record.stack.empty());
    const std::vector<std::byte> whole = made_record(64, 24);
    for (std::size_t cut = 0; cut < whole.size(); ++cut)
        CHECK_FALSE(read_probe_record(std::span(whole).first(cut), true, record));
    const std::vector<std::byte> forged = made_record(16, 1000);
    REQUIRE(read_probe_record(forged, true, record));
    CHECK(record.stack.size() == 16);
}

TEST_CASE("chosen threads: all of few; of many the busy ones and some that stand for all others") {
    std::mt19937_64 random(3);
    const std::vector<pid_t> few{1, 2, 3};
    const ThreadChoice all = choose_threads(few, {}, {}, 8, false, random);
    REQUIRE(all.threads.size() == 3);
    for (const ChosenThread& thread : all.threads) CHECK(thread.factor == 1);
    CHECK((all.covers[of_busy_threads] && all.covers[of_other_threads]));

    std::vector<pid_t> many;
    for (pid_t tid = 1; tid <= 100; ++tid) many.push_back(tid);
    const std::vector<ScoutedThread> busy{{50, 1000, 0}, {7, 10, 0}, {1000, 5, 0}};
    const ThreadChoice some = choose_threads(many, busy, {}, 8, false, random);
    std::set<pid_t> tids;
    double stands_for = 0;
    for (const ChosenThread& thread : some.threads) {
        tids.insert(thread.tid);
        stands_for += thread.factor;
        const bool is_busy = thread.tid == 50 || thread.tid == 7;
        CHECK(thread.stratum == (is_busy ? of_busy_threads : of_other_threads));
        if (is_busy) CHECK(thread.factor == 1);
    }
    CHECK(tids.size() == 8);
    CHECK((tids.contains(50) && tids.contains(7)));
    CHECK(std::abs(stands_for - 100) < 1e-9);
}

TEST_CASE("chosen threads: one of many busy ones stands for all of their calls, and others have their turn") {
    std::mt19937_64 random(4);
    std::vector<pid_t> threads;
    std::vector<ScoutedThread> busy;
    for (pid_t tid = 1; tid <= 20; ++tid) {
        threads.push_back(tid);
        if (tid <= 10) busy.push_back({tid, 100.0 * tid, 0});
    }
    // Calls of the busy ones, as estimated by one of them: 100 + 200 + … + 1000.
    double sum = 0;
    constexpr int draws = 20'000;
    for (int i = 0; i < draws; ++i) {
        const ThreadChoice one = choose_threads(threads, busy, {}, 1, false, random);
        REQUIRE(one.threads.size() == 1);
        CHECK((one.covers[of_busy_threads] && !one.covers[of_other_threads]));
        sum += 100.0 * one.threads[0].tid * one.threads[0].factor / draws;
    }
    CHECK(sum == Approx(5500).epsilon(0.01));
    const ThreadChoice other = choose_threads(threads, busy, {}, 1, true, random);
    CHECK((!other.covers[of_busy_threads] && other.covers[of_other_threads]));
    CHECK(other.threads[0].tid > 10);
    CHECK(other.threads[0].factor == Approx(10));
    const ThreadChoice nobody = choose_threads(threads, {}, {}, 1, false, random);
    CHECK((nobody.covers[of_busy_threads] && nobody.covers[of_other_threads]));
    CHECK(nobody.threads[0].factor == Approx(20));
}

TEST_CASE(
    "chosen threads: others by what they had of the processors, each for as many as its chance asks for") {
    std::mt19937_64 random(7);
    std::vector<pid_t> threads;
    for (pid_t tid = 1; tid <= 40; ++tid) threads.push_back(tid);
    // Two that work much, and one that the clocks do not know.
    const ThreadNs times{{1, 600e6}, {2, 300e6}, {3, 100e6}, {4, 0}};
    std::vector<double> sums(41, 0);
    constexpr int draws = 20'000;
    int first = 0;
    for (int i = 0; i < draws; ++i) {
        const ThreadChoice one = choose_threads(threads, {}, times, 1, false, random);
        REQUIRE(one.threads.size() == 1);
        first += one.threads[0].tid == 1 ? 1 : 0;
        sums[static_cast<std::size_t>(one.threads[0].tid)] += one.threads[0].factor / draws;
    }
    CHECK(first / static_cast<double>(draws) == Approx(0.9 * 0.6 + 0.1 / 40).epsilon(0.03));
    CHECK(sums[1] == Approx(1).epsilon(0.03));
    CHECK(sums[2] == Approx(1).epsilon(0.05));
    double of_all = 0;
    for (const double sum : sums) of_all += sum;
    CHECK(of_all == Approx(40).epsilon(0.1));
    // Where several are drawn, those that work much are always among them, and no thread twice.
    for (int i = 0; i < 100; ++i) {
        const ThreadChoice some = choose_threads(threads, {}, times, 6, false, random);
        std::set<pid_t> tids;
        for (const ChosenThread& thread : some.threads) tids.insert(thread.tid);
        CHECK(tids.size() == some.threads.size());
        CHECK((some.threads.size() >= 5 && some.threads.size() <= 7));
        CHECK((tids.contains(1) && tids.contains(2)));
    }
}

TEST_CASE("chosen threads: by calls and by bytes, each by a known chance") {
    const std::vector<pid_t> threads{1, 2};
    // One has all calls, the other all bytes.
    const std::vector<ScoutedThread> busy{{1, 999'999, 0}, {2, 1, 1e6}};
    const std::vector<double> shares = shares_of_work(busy);
    CHECK(shares[0] == Approx(shares[1]).epsilon(0.001));
    CHECK(shares[0] + shares[1] == Approx(1));
    std::mt19937_64 random(5);
    double bytes = 0;
    constexpr int draws = 20'000;
    for (int i = 0; i < draws; ++i) {
        const ThreadChoice one = choose_threads(threads, busy, {}, 1, false, random);
        bytes += (one.threads[0].tid == 2 ? 1e6 : 0) * one.threads[0].factor / draws;
    }
    CHECK(bytes == Approx(1e6).epsilon(0.03));
}

TEST_CASE("chosen threads: those that call seldom are watched, and some that are not known to call") {
    std::mt19937_64 random(6);
    std::vector<pid_t> threads;
    for (pid_t tid = 1; tid <= 200; ++tid) threads.push_back(tid);
    const std::vector<ScoutedThread> known{
        {1, 1e6, 64e6}, {2, 20, 5e6}, {3, 70, 100}, {4, 50, 100}, {999, 1, 1}};
    const auto watched = choose_watched(threads, known, {}, 100, random);
    CHECK(watched.size() == most_watched_threads);
    double stands_for = 0;
    std::set<pid_t> tids;
    for (const ChosenThread& one : watched) {
        CHECK(one.stratum == of_other_threads);
        tids.insert(one.tid);
        if (one.tid > 4) stands_for += one.factor;
    }
    // 20 and 50 calls a second can be paid for, 70 more cannot.
    CHECK((tids.contains(2) && tids.contains(4) && !tids.contains(3) && !tids.contains(1)));
    CHECK(stands_for == Approx(196));
    // One that calls stays for the windows.
    const std::vector<pid_t> two{2, 4};
    CHECK(choose_watched(two, known, {}, 100, random).size() == 1);
}

TEST_CASE("thread times: the thread that works has the time, until it had a probe as one that nobody saw") {
    const Child child = leaking_child();
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    const auto tid = static_cast<pid_t>(child.pid());
    const std::vector<pid_t> all{tid};
    std::mt19937_64 random(8);
    ThreadTimes times(*process, random);
    times.look(all);
    CHECK(times.since_last().empty());
    CHECK(times.part_without_probe() == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    times.look(all);
    REQUIRE(times.since_last().contains(tid));
    CHECK(times.since_last().at(tid) > 0);
    CHECK(times.part_without_probe() == 1);
    times.note_probe(tid);
    CHECK(times.part_without_probe() == 0);
    CHECK(times.probed() == 1);
}

TEST_CASE("call scout: the thread that calls is seen, or no debug register can be had") {
    const Child child = leaking_child();
    const std::vector<pid_t> tids{static_cast<pid_t>(child.pid())};
    ProbedFunction function;
    function.address = Address{reinterpret_cast<std::uintptr_t>(&nmtx_probed_leak)};
    const auto seen = scout_calls(tids, function, {200'000'000, 10});
    if (!seen) return;
    CHECK(seen->calls >= 10);
    REQUIRE(seen->threads.size() == 1);
    CHECK(seen->threads[0].calls_a_second > 100);
    CHECK(seen->threads[0].bytes_a_second == Approx(1000 * seen->threads[0].calls_a_second));
}

TEST_CASE("allocation sampler: a leak is found at its call, or what is missing is said") {
    const Child child = leaking_child();
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    AllocationOptions options;
    options.length = std::chrono::milliseconds(3000);
    options.addresses = true;
    const auto profile = sample_allocations(*process, options);
    if (!profile) {
        // A machine that forbids it says what it needs.
        INFO(to_string(profile.error()));
        CHECK_FALSE(profile.error().hint.empty());
        CHECK(::geteuid() != 0);
        return;
    }
    REQUIRE_FALSE(profile->samples.empty());
    bool found = false;
    std::size_t with_address = 0;
    for (const AllocationSample& sample : profile->samples) {
        if (sample.address != 0) ++with_address;
        for (std::uint32_t node = sample.node; node != 0; node = profile->calls.nodes[node].parent)
            found = found || profile->calls.function_of(node).name == "nmtx_probed_leak";
    }
    CHECK(found);
    CHECK(with_address > 0);
    CHECK(profile->run.paid_ns() > 0);
}

TEST_CASE("allocation sampler: few large blocks beside many small ones") {
    const Child child([](auto ready) {
        may_be_traced();
        std::thread([] {
            for (;;) {
                for (int i = 0; i < 500; ++i) {
                    void* const block = std::malloc(64);
                    nmtx_probed_sink = block;
                    std::free(block);
                }
                ::usleep(1000);
            }
        }).detach();
        ready();
        for (;;) {
            nmtx_probed_leak(200'000);
            ::usleep(50'000);
        }
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    AllocationOptions options;
    options.length = std::chrono::milliseconds(4000);
    options.addresses = true;
    const auto profile = sample_allocations(*process, options);
    if (!profile || profile->run.threads_watched < 0.5) return;  // no debug registers
    double bytes = 0;
    std::size_t with_address = 0;
    const std::vector<double> factors = window_factors(profile->run.windows, profile->run.seconds);
    for (const AllocationSample& sample : profile->samples) {
        if (sample.bytes != 200'000) continue;
        bytes += factors[sample.window] * sample.weight * 200'000;
        if (sample.address != 0) ++with_address;
    }
    const double truth = 200'000 * profile->run.seconds / 0.05;
    CHECK(bytes > 0.5 * truth);
    CHECK(bytes < 1.5 * truth);
    CHECK(with_address > 10);
}

TEST_CASE("allocation sampler: how long blocks live is seen, and what is never freed") {
    const Child child([](auto ready) {
        may_be_traced();
        ready();
        for (int i = 0; i < 100'000; ++i) {
            void* const block = std::malloc(3000);
            nmtx_probed_sink = block;
            ::usleep(2000);
            std::free(block);
            nmtx_probed_leak(1000);
        }
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    AllocationOptions options;
    options.length = std::chrono::milliseconds(4000);
    options.addresses = options.frees = true;
    const auto profile = sample_allocations(*process, options);
    if (!profile) return;  // another case says what is missing
    REQUIRE(profile->run.with_frees);
    CHECK(profile->run.hits.records > 0);
    std::vector<WatchedBlock> freed, leaked;
    for (const AllocationSample& sample : profile->samples) {
        if (sample.could_s < 0) continue;
        (sample.bytes == 3000 ? freed : leaked).push_back({sample.could_s, sample.lived_s, 1});
    }
    const Lifetimes short_lived = lifetimes_of(freed), kept = lifetimes_of(leaked);
    CHECK(kept.freed == 0);
    if (short_lived.watched < least_watched || short_lived.horizon_s < 0.02)
        return;  // a machine without time
    REQUIRE(short_lived.half_s);
    CHECK(*short_lived.half_s >= 0.002);
    CHECK(*short_lived.half_s < 0.02);
}
