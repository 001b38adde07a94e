// Threads that call seldom, beside one that calls so often that windows are short and far apart: all their
// calls are records, from one stretch's begin to its end. By debug registers, so nobody else pays for it: a
// call costs its own thread some tens of microseconds, and each switch to that thread a few.
//
//   registers   malloc, calloc, realloc or mmap; and the place behind one call of them, where its block is
//   known
//
// Of the places behind calls each second another one has the register, by the bytes that were asked for
// there.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <unordered_set>
#include <vector>

#include "allocations/allocation_profile.h"
#include "platform/probes/allocation_records.h"
#include "platform/probes/chosen_threads.h"
#include "platform/probes/perf_probe.h"
#include "platform/probes/probe_ring.h"
#include "platform/probes/probe_window.h"

namespace nmtx {

class SeldomCalls {
  public:
    // All must outlive it. `addresses`: of the blocks, too.
    SeldomCalls(const ProcessFiles& process, AllocationRecords& records, AllocationRun& run,
                std::mt19937_64& random, bool addresses)
        : process_(process), records_(records), run_(run), random_(random), addresses_(addresses) {}

    // Until all have made `most_calls` together. A thread that gets a processor more than `most_switches`
    // times a second is let go soon. False where no debug registers can be had: nothing is watched.
    struct Bounds {
        std::uint32_t most_calls = 0, stack_bytes = 0;
        double most_switches = 0;  // of all
    };
    bool begin(std::span<const ChosenThread> threads, const ProbedAllocator& allocator, const Bounds& bounds);
    void drain();
    // Its samples join the profile as those of one window, of `entry`. Nothing where none was watched.
    std::optional<TimeWindow> end(std::uint32_t entry);

    [[nodiscard]] bool running() const { return !threads_.empty(); }
    // Those that were let go, since they get a processor so often.
    [[nodiscard]] const std::unordered_set<pid_t>& restless() const { return restless_; }
    // Of the last stretch: calls a second, of each thread that was watched.
    [[nodiscard]] const std::vector<ScoutedThread>& seen() const { return seen_; }

  private:
    // A call's return address.
    struct Place {
        std::uint64_t code = 0;
        double bytes = 0;
    };
    struct Thread {
        ChosenThread thread;
        std::vector<PerfProbe> entries;
        std::vector<std::size_t> functions;  // of the entries
        PerfProbe back;
        std::uint64_t back_at = 0;
        ProbeRing ring;
        std::vector<Place> places;
        std::array<std::uint64_t, most_functions> records{};
        std::unique_ptr<KnownThread> known;
        std::uint64_t last_ns = 0, returned = 0, slices = 0;
        std::uint64_t until_ns = 0;  // it was let go
        double bytes = 0;
    };
    bool add(const ChosenThread& chosen, std::size_t ring_pages);
    void drain(std::size_t index);
    void note_place(Thread& thread, std::uint64_t code, double bytes);
    void watch_returns(Thread& thread);
    void let_go(Thread& thread);
    void let_restless_go();
    void stop();
    // Of how many calls each record stands, by function.
    std::array<double, most_functions> account_for(Thread& thread);

    const ProcessFiles& process_;
    AllocationRecords& records_;
    AllocationRun& run_;
    std::mt19937_64& random_;
    bool addresses_;
    const ProbedAllocator* allocator_ = nullptr;
    std::vector<Thread> threads_;
    std::vector<ScoutedThread> seen_;
    std::uint64_t began_ns_ = 0, ended_ns_ = 0, turned_ns_ = 0, calls_ = 0;
    Bounds bounds_;
    std::unordered_set<pid_t> restless_;
};

}  // namespace nmtx
