// A window: probes in some threads of the process, from when all of them count until they are taken out.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "allocations/probe_budget.h"
#include "platform/probes/perf_probe.h"
#include "platform/probes/probe_ring.h"
#include "platform/probes/probed_functions.h"

namespace nmtx {

inline constexpr std::size_t most_functions = 14;

// A thread that gets probes, of how many threads it stands, and which of its calls are recorded: each so many
// of a function, 0 as 1. The kernel counts from 0, so that with fewer calls than that none is.
struct ChosenThread {
    pid_t tid = 0;
    double factor = 1;
    std::uint32_t stratum = 0;
    std::array<std::uint64_t, most_functions> every{};
    bool maps = false;  // it is known to map memory

    [[nodiscard]] std::uint64_t every_of(std::size_t function) const {
        return std::max<std::uint64_t>(1, every[function]);
    }
};

struct WindowRequest {
    std::uint32_t stack_bytes = 0;  // of each recorded call so much of its stack; 0: calls are only counted
    bool returns = false;           // what they return, too
    std::size_t ring_pages = 0;     // a power of two
    std::size_t functions = most_functions;  // the first ones
};

class ProbeWindow {
  public:
    ProbeWindow(const UprobeType& type, const ProbedAllocator& allocator, const WindowRequest& request)
        : type_(type), allocator_(allocator), request_(request) {}
    ProbeWindow(const ProbeWindow&) = delete;
    ProbeWindow& operator=(const ProbeWindow&) = delete;
    ~ProbeWindow() { close(); }

    // Fails where a thread may not have probes, or all have ended; those that have are left out.
    Expected<void> begin(std::span<const ChosenThread> threads);
    // `entered`: a call, and which of the threads and functions it is of. `returned`: one of a thread. What
    // cannot be taken until then (CLOCK_MONOTONIC) is for the next time.
    void drain(
        const std::function<void(std::size_t thread, std::size_t function, const ProbeRecord&)>& entered,
        const std::function<void(std::size_t thread, const ProbeRecord&)>& returned,
        std::uint64_t until_ns = ProbeRing::no_limit);
    // Nothing counts any more; what is in the rings can still be drained.
    void stop();
    // Takes the probes out.
    void close();

    [[nodiscard]] std::size_t threads() const { return threads_.size(); }
    [[nodiscard]] const std::vector<ProbedFunction>& functions() const { return allocator_.functions; }
    // The first so many of them have probes.
    [[nodiscard]] std::size_t probed() const {
        return std::min({allocator_.functions.size(), request_.functions, most_functions});
    }
    [[nodiscard]] const ChosenThread& thread(std::size_t index) const { return threads_[index].thread; }
    // What a thread has hit so far; of all, times what each stands for.
    [[nodiscard]] ProbeHits hits(std::size_t thread) const;
    [[nodiscard]] ProbeHits hits(std::size_t thread, std::size_t function) const;
    [[nodiscard]] ProbeHits hits() const;
    // The same by the records that were drained: asking for a count interrupts the thread's processor.
    [[nodiscard]] ProbeHits seen() const;
    // From began_ns() until then all threads recorded.
    [[nodiscard]] std::uint64_t stopping_ns() const { return stopping_ns_; }
    // Until then one thread did: where records were lost, until the last one that was not.
    [[nodiscard]] std::uint64_t recorded_until_ns(std::size_t thread) const;
    // Of the time in which it counted, so much the thread had a processor.
    [[nodiscard]] std::uint64_t ran_ns(std::size_t thread) const {
        return threads_[thread].entries.front().running_ns();
    }
    [[nodiscard]] std::uint64_t began_ns() const { return began_ns_; }
    [[nodiscard]] std::uint64_t counted_ns() const { return stopped_ns_ - began_ns_; }  // once it is stopped
    // Once it is closed: an estimate of all hits from when the first probe was inserted until the last one
    // of each function was removed, at the rate that was counted in between. A thread that traps slow down
    // makes more calls once returns and copies no longer cost it time; this is included. Other threads count
    // only where a probed thread stands for them.
    [[nodiscard]] ProbeHits paid(const HitPrice& price) const;
    // In seconds, for as long as any function's probe was there that was called.
    [[nodiscard]] double present_s() const;
    [[nodiscard]] std::uint64_t lost() const;
    [[nodiscard]] std::uint64_t bad() const;

  private:
    struct Thread {
        ChosenThread thread;
        std::vector<PerfProbe> entries, returns;  // by function
        ProbeRing ring;
        std::array<std::uint64_t, most_functions> records{}, returned{};
        std::uint64_t last_ns = 0;  // of its records
    };
    struct Owner {
        std::size_t function = 0;
        bool returns = false;
    };
    bool add(const ChosenThread& chosen, int& why);
    void close_function(std::size_t function);
    bool join(Thread& thread, PerfProbe& probe, bool first, int& why) const;

    const UprobeType& type_;
    const ProbedAllocator& allocator_;
    WindowRequest request_;
    std::vector<Thread> threads_;
    std::unordered_map<std::uint64_t, Owner> owners_;  // by the probes' ids
    std::uint64_t present_since_ns_ = 0, began_ns_ = 0, stopping_ns_ = 0, stopped_ns_ = 0, closed_ns_ = 0;
    // When it was closed, by function: calls and returns, and since when no call traps.
    struct Ended {
        double calls = 0, returns = 0;
        std::uint64_t copies = 0, records = 0, returns_gone_ns = 0, gone_ns = 0;
    };
    std::array<Ended, most_functions> ended_{};
    std::vector<ProbeHits> ended_threads_;  // when it was closed
    bool open_ = false;
};

}  // namespace nmtx
