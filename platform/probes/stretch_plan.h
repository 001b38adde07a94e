// What the next stretch is: how long its window, which threads have probes in it, and which are watched by
// debug registers until the stretch ends. By what is known of the threads so far.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <span>
#include <unordered_set>
#include <vector>

#include "allocations/allocation_profile.h"
#include "allocations/probe_budget.h"
#include "platform/probes/chosen_threads.h"
#include "platform/probes/known_callers.h"
#include "platform/probes/probe_window.h"
#include "platform/probes/thread_times.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct StretchPlan {
    WindowPlan plan;
    ThreadChoice choice;
    std::vector<ChosenThread> watched;
};

class StretchPlanner {
  public:
    // All must outlive it. `budget`: of one core. `addresses`: of blocks are asked for, too.
    StretchPlanner(const ProcessFiles& process, AllocationRun& run, std::mt19937_64& random, double budget,
                   bool addresses)
        : process_(process), run_(run), random_(random), budget_(budget), addresses_(addresses) {}

    // Calls a second of its malloc, by a look; nothing where that cannot be had. It costs the target, too.
    std::optional<double> look(std::span<const pid_t> all, const ProbedAllocator& of);
    void expect_rate(double calls_a_second) { rates_[of_busy_threads] = calls_a_second; }

    StretchPlan next(const std::vector<pid_t>& all, const ProbedAllocator& allocator,
                     const ProbeBudget& budget);
    // The threads to watch once no window can be paid for. Empty where windows reach all threads.
    std::vector<ChosenThread> watched_without_window(const std::vector<pid_t>& all);
    // So many calls a second of watched threads can be paid for.
    [[nodiscard]] double most_watched_calls() const;
    // They cannot be had.
    void give_up_registers() { registers_ = false; }

    // `bytes`: of its threads.
    void remember(const ProbeWindow& window, const ThreadChoice& choice, std::span<const double> bytes);
    void remember_watched(std::span<const ScoutedThread> seen, const std::unordered_set<pid_t>& restless);
    // The code of libjvm.so, whose calls are left out; empty where there is none. HotSpot's own threads do
    // not count then.
    void leave_out_jvm(Range code) { times_.leave_out_jvm(code.begin != code.end); }
    // What is known of threads that had no probe.
    [[nodiscard]] const ThreadTimes& times() const { return times_; }
    // Since they were last looked at.
    ThreadNs times_until_now(std::span<const pid_t> all) {
        times_.look(all);
        return times_.since_last();
    }
    // Calls a second of the threads of which a window does not tell.
    [[nodiscard]] double unseen_rate(const ThreadChoice& choice) const;

  private:
    [[nodiscard]] bool registers() const { return registers_ && run_.price.look_ns > 0; }
    StretchPlan plan_watched(const std::vector<pid_t>& all);
    void look_at_mappings(std::span<const pid_t> all, const ProbedAllocator& allocator);

    const ProcessFiles& process_;
    AllocationRun& run_;
    std::mt19937_64& random_;
    double budget_;
    bool addresses_;
    KnownCallers callers_{random_};
    MapWatch maps_;
    std::uint64_t maps_since_ns_ = 0;
    std::optional<std::size_t> mmap_;          // its number, where it has a probe
    std::array<double, most_strata> rates_{};  // calls a second, as last seen
    std::unordered_set<pid_t> restless_;
    ThreadTimes times_{process_, random_};
    bool registers_ = true, watching_ = false;
    std::size_t single_windows_ = 0;
};

}  // namespace nmtx
