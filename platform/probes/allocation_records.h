// The records of a window on their way into a profile: which are samples, and which block each has got.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "allocations/allocation_profile.h"
#include "allocations/byte_sampler.h"
#include "allocations/lifetimes.h"
#include "allocations/live_blocks.h"
#include "allocations/probe_budget.h"
#include "base/address.h"
#include "platform/probes/busy_threads.h"
#include "platform/probes/probe_window.h"
#include "platform/profile/stack_batches.h"
#include "profile/profile_builder.h"

namespace nmtx {

class AllocationRecords {
  public:
    // All must outlive it. `jvm`: libjvm.so's code; calls from there are left out. Empty: none are. `of`:
    // whose calls of itself are left out. `addresses`: blocks are of interest.
    AllocationRecords(const ProcessFiles& process, ProfileBuilder& builder, StackBatches& batches,
                      AllocationRun& run, Range jvm, const ProbedAllocator& of, bool addresses)
        : builder_(builder),
          batches_(batches),
          run_(run),
          jvm_(jvm),
          own_(of.own_code),
          only_itself_(of.only_itself),
          addresses_(addresses),
          busy_(process) {}

    // Threads that are to be probed later: how busy they are until then.
    void expect(const std::vector<ChosenThread>& threads) { busy_.expect(threads); }
    // What follows is of this window, which has begun. Until it ends the sampler is the same. `entries`: what
    // the samples of a stratum have as their window.
    void begin(const ProbeWindow& window, std::array<std::uint32_t, most_strata> entries, std::uint64_t seed);
    void drain(ProbeWindow& window, std::uint64_t until_ns = ProbeRing::no_limit);
    // Its samples stand for all calls that the kernel counted, and for what their threads would have done
    // undisturbed; sets the next sampler's period.
    void end(const ProbeWindow& window, const HitPrice& price);
    // The highest actual price so far, as a multiple of the one given: see times_as_dear() of the budget.
    [[nodiscard]] double times_as_dear() const { return times_as_dear_; }

    // The same of threads that are watched by debug registers: all their calls are records, beside windows or
    // not. `thread`: any number that is its own until the watch ends.
    struct WatchedCall {
        std::uint64_t returns_to = 0;
        double bytes = 0;
    };
    void begin_watch();
    std::optional<WatchedCall> enter_watched(std::size_t thread, const ChosenThread& watched,
                                             const ProbedFunction& function, std::size_t number,
                                             const ProbeRecord& record);
    void leave_watched(std::size_t thread, const ProbeRecord& record);
    // By thread and function, of how many calls each of them stands.
    void end_watch(std::span<const std::array<double, most_functions>> factors, std::uint32_t entry);

    // Of the window's threads: the bytes of their calls.
    [[nodiscard]] const std::vector<double>& bytes_of_threads() const { return bytes_of_threads_; }
    [[nodiscard]] std::size_t size() const { return samples_.size(); }
    // Asks which of the samples' blocks are free now.
    void look_for_freed(const FreedNow& freed_now);
    // Once all stacks are unwound: the samples that have one.
    std::vector<AllocationSample> take();

  private:
    struct Kept {
        AllocationSample sample;
        std::shared_ptr<StackSample> stack;
        std::size_t probed_thread = 0, function = 0;  // of the window
        std::uint64_t returned_ns = 0;                // with its block
        std::uint64_t called_ns = 0, returns_to = 0;
        pid_t tid = 0;
        double seen_from_s = 0;  // of exposed_s_: when its window ended
        bool watched = false;    // by debug registers
    };
    struct Waiting {
        std::uint64_t sp = 0;
        std::size_t sample = 0;
    };
    struct Call {
        std::uint64_t bytes = 0, returns_to = 0;
    };
    // Nothing for a call that never becomes a sample, such as one from libjvm.so.
    std::optional<Call> call_of(const ProbedFunction& function, const ProbeRecord& record);
    // Nothing where there is no room. `has_room`: skips asking the batches, for calls so few that they fit.
    std::optional<Kept> keep(const Call& call, const ProbeRecord& record, bool has_room);
    void enter(const ProbeWindow& window, std::size_t thread, std::size_t function,
               const ProbeRecord& record);
    void leave(std::size_t thread, const ProbeRecord& record);
    void note_end(std::uint64_t address, std::uint64_t time_ns);
    // Which of its samples' blocks were freed, and how long they lived.
    void find_ends(const ProbeWindow& window);
    void find_end(Kept& kept, std::uint64_t began, std::uint64_t until, bool all_noted) const;
    void find_later_end(Kept& kept, std::uint64_t began, std::uint64_t until) const;
    void weigh_by_addresses();

    ProfileBuilder& builder_;
    StackBatches& batches_;
    AllocationRun& run_;
    Range jvm_;
    std::vector<Range> own_;
    Range only_itself_;
    bool addresses_;
    BusyThreads busy_;
    std::unordered_map<pid_t, double> exposed_s_;  // windows so far in which a thread had probes
    std::vector<Kept> samples_;
    std::size_t first_of_window_ = 0;
    EndsOfBlocks ends_;
    std::array<std::uint32_t, most_strata> entries_{};
    double period_ = 0;  // 0: each record is a sample
    double bytes_seen_ = 0;
    double times_as_dear_ = 1;
    std::vector<double> bytes_of_threads_;
    std::size_t first_of_watch_ = 0;
    std::unordered_map<std::size_t, Waiting> watched_waiting_;
    std::vector<Undisturbed> undisturbed_;  // by the window's threads
    std::optional<ByteSampler> sampler_;
    std::unordered_map<std::size_t, Waiting> waiting_;  // by the window's threads
};

}  // namespace nmtx
