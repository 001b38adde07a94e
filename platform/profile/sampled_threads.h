// The threads of a process from tick to tick: which of them are to be stopped for a sample, and what such a
// sample weighs.
#pragma once

#include <sys/types.h>

#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/regex.h"
#include "platform/profile/stack_batches.h"
#include "platform/profile/thread_clock.h"
#include "profile/profile.h"

namespace nmtx {

struct SampledThread {
    explicit SampledThread(KnownThread known) : thread(std::move(known)) {}

    KnownThread thread;
    std::uint64_t seen_ns = 0;          // when it was first seen
    std::optional<ThreadClock> before;  // at the tick before
    bool ended = false;
    std::string judged_name;  // for which `chosen` says whether it matches
    bool chosen = false;
    std::uint64_t weight_ns = 0;  // of the sample that it is about to be stopped for; on-CPU is weighed later
    // wall: its last sample. While the thread has not run since, its stack is the same.
    std::shared_ptr<StackSample> last;
    BlockedAt last_at;          // where it was then
    std::size_t last_hash = 0;  // of its stack from there on
    std::size_t last_bytes = 0;
    std::optional<ThreadClock> unchanged;  // since it had this clock
};

class SampledThreads {
  public:
    // `match` as --thread has it. All must outlive this.
    SampledThreads(const ProcessFiles& process, StackBatches& batches, ProfileBuilder& builder,
                   ProfileMode mode, const std::string& match);

    // Fails where the process has ended. For the first time: takes the clocks that the first tick goes by.
    Expected<void> update(std::uint64_t now_ns);
    // Those to be stopped at this tick, each with its weight. In mode wall those that have not run since
    // their last sample get one more of it here.
    std::vector<SampledThread*> tick(std::uint64_t period_ns);
    // Takes the clocks a last time.
    void finish();

    // Of a thread that was asked to stop at the last tick and has stopped now: had it a processor then? It
    // has not been switched in since; or it was once, after `slept_ns`, having waited since `woken_ns` at the
    // longest: it was this program that had taken its processor, from when it woke until it slept again.
    [[nodiscard]] static bool had_processor(const SampledThread& thread, std::uint64_t woken_ns,
                                            std::uint64_t slept_ns);

    SampledThread* find(pid_t tid);
    [[nodiscard]] bool knows_waits() const { return knows_waits_; }
    // on-CPU: gives each thread's samples their weight. Of what had no sample, how much.
    std::uint64_t weigh();
    [[nodiscard]] double cpu_s() const { return static_cast<double>(run_ns_) / 1e9; }  // of the chosen ones
    [[nodiscard]] std::uint64_t unchanged() const { return unchanged_; }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

  private:
    bool is_chosen(SampledThread& thread) const;
    std::uint32_t builder_thread(const SampledThread& thread);
    std::optional<ThreadClock> advance(SampledThread& thread);
    void consider_busy(SampledThread& thread, std::vector<SampledThread*>& into);
    void hold_more(SampledThread& thread);
    void note_switched_off(SampledThread& thread, std::uint64_t at_ns);
    void consider_any(SampledThread& thread, std::uint64_t period_ns, std::vector<SampledThread*>& into);
    bool has_not_run(SampledThread& thread, const ThreadClock& clock);
    void leave_out_some(std::vector<SampledThread*>& some);

    const ProcessFiles& process_;
    StackBatches& batches_;
    ProfileBuilder& builder_;
    ProfileMode mode_;
    const std::string& match_;
    Regex regex_;
    std::unordered_map<pid_t, std::unique_ptr<SampledThread>> threads_;
    std::uint64_t listed_ns_ = 0;
    std::uint64_t listed_count_ = 0;
    std::uint64_t run_ns_ = 0;
    std::unordered_map<std::uint32_t, std::uint64_t> run_of_;  // by the builder's threads
    bool knows_waits_ = true;
    std::uint64_t unchanged_ = 0, left_out_ = 0;
    std::size_t held_more_ = 0;
    // Within a tick: the processor that we run on, and the thread that we may have taken it from.
    std::optional<std::uint64_t> own_processor_;
    SampledThread* switched_off_ = nullptr;
    std::uint64_t switched_off_ns_ = 0;
    std::mt19937 random_;
};

}  // namespace nmtx
