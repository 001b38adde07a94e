#include "platform/profile/thread_stops.h"

#include <elf.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "platform/memory/frozen_threads.h"
#include "platform/memory/trace_thread.h"

namespace nmtx {
namespace {

using std::chrono::steady_clock;

bool registers_of(pid_t tid, user_regs_struct& into) {
    iovec where{&into, sizeof into};
    return ::ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &where) == 0 &&
           where.iov_len == sizeof into;  // another size: a 32-bit program
}

}  // namespace

ThreadStops::~ThreadStops() {
    const auto deadline = steady_clock::now() + time_to_let_go;
    while (!asked_.empty() && steady_clock::now() < deadline) {
        take([](pid_t, const user_regs_struct&) { return false; }, [](pid_t) {});
        if (!asked_.empty()) ::poll(nullptr, 0, 1);
    }
}

bool ThreadStops::waits_for(pid_t tid) const {
    return std::find(asked_.begin(), asked_.end(), tid) != asked_.end();
}

Expected<bool> ThreadStops::ask(pid_t tid) {
    if (waits_for(tid)) return false;
    if (trace_thread(PTRACE_SEIZE, tid, 0) != 0) {
        const int error = errno;
        if (error == ESRCH || has_ended(process_, tid)) return false;
        return tl::make_unexpected(trace_refusal(process_.pid(), error, trace_obstacles(process_), option_));
    }
    asked_.push_back(tid);
    trace_thread(PTRACE_INTERRUPT, tid, 0);  // fails only for one that is ending, which take() finds
    return true;
}

// As FrozenThreads does, without taking what is seen: if we are killed, the kernel still delivers a signal
// that was on its way to the thread.
ThreadStops::Seen ThreadStops::look_at(pid_t tid, int& signal) const {
    siginfo_t seen{};
    const auto id = static_cast<id_t>(tid);
    if (::waitid(P_PID, id, &seen, WEXITED | WSTOPPED | __WALL | WNOHANG | WNOWAIT) != 0)
        return errno == EINTR ? Seen::nothing : Seen::end;
    if (seen.si_pid == 0) return Seen::nothing;
    if (seen.si_code == CLD_EXITED || seen.si_code == CLD_KILLED || seen.si_code == CLD_DUMPED) {
        // Until its tracer has taken notice the process does not end for its parent.
        ::waitid(P_PID, id, &seen, WEXITED | __WALL | WNOHANG);
        return Seen::end;
    }
    signal = (seen.si_status >> 8) == 0 ? seen.si_status & 0x7f : 0;
    return Seen::stop;
}

void ThreadStops::take(const std::function<bool(pid_t, const user_regs_struct&)>& look,
                       const std::function<void(pid_t)>& after) {
    std::erase_if(asked_, [&](pid_t tid) {
        int signal = 0;
        const Seen seen = look_at(tid, signal);
        if (seen != Seen::stop) return seen == Seen::end;
        const auto since = steady_clock::now();
        user_regs_struct registers{};
        const bool wanted = registers_of(tid, registers) && look(tid, registers);
        trace_thread(PTRACE_DETACH, tid, signal);
        const std::chrono::nanoseconds stopped = steady_clock::now() - since;
        stopped_in_all_ += stopped;
        longest_stop_ = std::max(longest_stop_, stopped);
        ++stops_;
        if (wanted) after(tid);
        return true;
    });
}

}  // namespace nmtx
