// Several threads of a process stopped at once, each for as long as a look at it takes: PTRACE_SEIZE and
// PTRACE_INTERRUPT as in platform/memory/frozen_threads.h, with the same care that all of them run on.
//
//   ask ask ask ─► … SIGCHLD ─► take: looked at, let go ─► … SIGCHLD ─► take …
//
// A thread without a processor stops when it gets one, before it runs another instruction of its own: what is
// seen then is what it was at when it was asked. It is traced only from there until it is let go.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// All calls must come from one thread of ours: the kernel takes no other one for the tracer.
class ThreadStops {
  public:
    // `option`: what the user may leave out, for refusals. `process` must outlive it.
    ThreadStops(const ProcessFiles& process, std::string_view option) : process_(process), option_(option) {}
    ThreadStops(const ThreadStops&) = delete;
    ThreadStops& operator=(const ThreadStops&) = delete;
    // Waits up to a second for those that have not stopped yet; the kernel lets go of what is left.
    ~ThreadStops();

    // False where the thread has ended, or was asked already. Fails where it may not be traced.
    Expected<bool> ask(pid_t tid);
    // Those that have stopped by now are looked at one after the other, each let go at once, and those that
    // have ended are forgotten. `look` gets the registers with which a thread left user mode; where it
    // says so, `after` is called once the thread runs again, for what need not be done while it stands still.
    void take(const std::function<bool(pid_t tid, const user_regs_struct& registers)>& look,
              const std::function<void(pid_t tid)>& after);

    [[nodiscard]] std::size_t waiting() const { return asked_.size(); }
    [[nodiscard]] bool waits_for(pid_t tid) const;
    // Of all threads that were let go, from when a stop was seen.
    [[nodiscard]] std::chrono::nanoseconds stopped_in_all() const { return stopped_in_all_; }
    [[nodiscard]] std::chrono::nanoseconds longest_stop() const { return longest_stop_; }
    [[nodiscard]] std::uint64_t stops() const { return stops_; }

  private:
    enum class Seen : std::uint8_t { nothing, stop, end };
    Seen look_at(pid_t tid, int& signal) const;

    const ProcessFiles& process_;
    std::string_view option_;
    std::vector<pid_t> asked_;
    std::chrono::nanoseconds stopped_in_all_{}, longest_stop_{};
    std::uint64_t stops_ = 0;
};

}  // namespace nmtx
