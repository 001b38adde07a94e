// Stops all threads of a process, or one of them, for a moment: PTRACE_SEIZE and PTRACE_INTERRUPT, which
// neither the process nor its parent can observe as they would SIGSTOP. Source: ptrace(2), Linux
// kernel/ptrace.c and kernel/signal.c.
//
//   seize all ─► interrupt all ─► wait for each stop ─► is there another thread? ─► all are stopped ─► detach
//   all
//       ▲                                                     │ yes
//       └─────────────────────────────────────────────────────┘
//
// Whatever happens, the target runs on: the destructor detaches, and where we are killed the kernel does. A
// signal that reaches a thread meanwhile stops it as well, on its way to the thread. Such a stop is looked at
// without being taken (WNOWAIT): the kernel then delivers the signal even where it is the kernel that
// detaches. A target that job control had stopped is stopped afterwards.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// All calls must come from the thread that called freeze(): the kernel takes no other one for the tracer.
class FrozenThreads {
  public:
    // Fails where tracing is not allowed, before anything is stopped, and where some thread did not stop
    // within the time (one that sleeps uninterruptibly); then all run on.
    static Expected<FrozenThreads> freeze(const ProcessFiles& process, std::chrono::milliseconds within);
    // One thread alone; the others run on. `option` is what the user may leave out.
    // `own_child`: is the process one that we have started? See is_own_child().
    static Expected<FrozenThreads> freeze_one(const ProcessFiles& process, pid_t tid,
                                              std::chrono::milliseconds within, std::string_view option,
                                              bool own_child);

    FrozenThreads(FrozenThreads&& other) noexcept;
    FrozenThreads& operator=(FrozenThreads&&) = delete;
    FrozenThreads(const FrozenThreads&) = delete;
    FrozenThreads& operator=(const FrozenThreads&) = delete;
    ~FrozenThreads() { release(); }

    // Lets all run on. How long they were stopped, from the first interrupt to the last detach, is known
    // then.
    void release();
    [[nodiscard]] std::size_t threads() const { return threads_.size(); }
    // Of a thread that stands still, as it left user mode; nothing where it has ended.
    [[nodiscard]] std::optional<user_regs_struct> registers(pid_t tid) const;
    [[nodiscard]] std::chrono::steady_clock::duration stood_still() const { return stood_still_; }

  private:
    using Clock = std::chrono::steady_clock;
    enum class State { running, interrupted, stopped, gone };
    struct Thread {
        pid_t tid = 0;
        State state = State::running;
        int signal = 0;  // on its way to the thread when it stopped
    };

    FrozenThreads(const ProcessFiles& process, std::string_view option, bool own_child);
    Expected<void> stop_all(const ProcessFiles& process, Clock::time_point deadline);
    Expected<std::size_t> seize_new(const ProcessFiles& process);
    Expected<bool> seize(const ProcessFiles& process, pid_t tid);
    void interrupt_all();
    Expected<void> wait_for_all(const ProcessFiles& process, Clock::time_point deadline);
    template <typename Visit>
    bool main_thread_last(Visit visit);  // until it says false; then so does this
    bool look_at(Thread& thread, bool for_end_only);
    bool wait_for(Thread& thread, bool for_end, Clock::time_point deadline);

    pid_t pid_ = 0;
    std::string_view option_;
    bool own_child_ = false;
    std::vector<Thread> threads_;  // by tid
    std::optional<Clock::time_point> began_;
    Clock::duration stood_still_{};
};

// Did we start it ourselves? Then somebody else here may wait for its end.
bool is_own_child(const ProcessFiles& process);

// What may stand in the way of tracing a process.
struct TraceObstacles {
    std::optional<std::uint64_t> tracer;  // who traces it already
    int yama_scope = 0;                   // kernel.yama.ptrace_scope
    bool root = false;                    // are we
    bool sys_ptrace = false;              // and have we CAP_SYS_PTRACE
    bool same_user = true;                // do we run as the target's user
};
TraceObstacles trace_obstacles(const ProcessFiles& process);
// The kernel refuses to trace what has ended with the words it uses for what may not be traced.
bool has_ended(const ProcessFiles& process, pid_t tid);
// Why `errno` came back from PTRACE_SEIZE, and what to do: leave `option` out, for one; where it is empty,
// nobody asked for it, and --stacks=none is what to add.
Error trace_refusal(std::uint64_t pid, int error, const TraceObstacles& obstacles, std::string_view option);

}  // namespace nmtx
