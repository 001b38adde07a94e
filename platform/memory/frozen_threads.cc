#include "platform/memory/frozen_threads.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/cursor.h"
#include "kernel/status.h"
#include "kernel/trace_rights.h"
#include "platform/memory/stop_news.h"
#include "platform/memory/trace_thread.h"
#include "platform/os/system_error.h"
#include "platform/proc/input_file.h"

namespace nmtx {
namespace {

using std::chrono::steady_clock;

std::optional<pid_t> number_of(std::string_view name) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
    return number;
}

std::string task_file(pid_t tid, std::string_view name) {
    return "task/" + std::to_string(tid) + "/" + std::string(name);
}

std::optional<Task> task_of(const ProcessFiles& process, pid_t tid) {
    const auto text = process.read(task_file(tid, "stat"));
    if (!text) return std::nullopt;
    const auto task = parse_task_stat(*text);
    return task ? std::optional(*task) : std::nullopt;
}

std::optional<std::uint64_t> number_in_status(std::string_view status, std::string_view key) {
    const std::size_t at = status.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    Cursor cursor(status.substr(at + key.size()));
    cursor.skip_blanks();
    return cursor.decimal();
}

}  // namespace

bool has_ended(const ProcessFiles& process, pid_t tid) {
    const auto task = task_of(process, tid);
    return !task || task->state == 'Z' || task->state == 'X';
}

TraceObstacles trace_obstacles(const ProcessFiles& process) {
    TraceObstacles obstacles;
    obstacles.root = ::geteuid() == 0;
    if (const auto own = read_input("/proc/self/status", 8192)) {
        const auto status = parse_status(*own);
        obstacles.sys_ptrace = status && trace_rights(*status, std::nullopt, {}).sys_ptrace;
    }
    if (const auto status = process.read("status")) {
        obstacles.tracer = number_in_status(*status, "\nTracerPid:");
        if (obstacles.tracer == 0U) obstacles.tracer.reset();
        obstacles.same_user = number_in_status(*status, "\nUid:") == ::geteuid();
    }
    if (const auto scope = read_input("/proc/sys/kernel/yama/ptrace_scope", 64))
        obstacles.yama_scope = number_of(trim(*scope).substr(0, 1)).value_or(0);
    return obstacles;
}

namespace {

std::string without(std::string_view option) {
    return option.empty() ? "run it with --stacks=none" : "run it without " + std::string(option);
}

}  // namespace

Error trace_refusal(std::uint64_t pid, int error, const TraceObstacles& obstacles, std::string_view option) {
    const std::string leave_out = without(option);
    Error refusal{"pid " + std::to_string(pid), "its threads may not be stopped: " + errno_text(error),
                  leave_out + ": nothing is stopped then"};
    if (obstacles.tracer) {
        refusal.what = "its threads cannot be stopped: pid " + std::to_string(*obstacles.tracer) +
                       " traces it already, as a debugger or strace does";
        refusal.hint = "end that one, or " + leave_out;
    } else if (obstacles.yama_scope == 3) {
        refusal.what += ": kernel.yama.ptrace_scope is 3, so no process may be traced here";
    } else if (obstacles.yama_scope > 0 && !obstacles.root) {
        refusal.what += ": kernel.yama.ptrace_scope is " + std::to_string(obstacles.yama_scope);
        refusal.hint = "run as root, or " + leave_out;
    } else if (obstacles.sys_ptrace) {
        refusal.what += ": a security module or a sandbox forbids it, although CAP_SYS_PTRACE is there";
    } else if (obstacles.root) {
        refusal.hint = "root lacks CAP_SYS_PTRACE here: add it to the container, or " + leave_out;
    } else if (!obstacles.same_user) {
        refusal.hint = "run as its user or root, or " + leave_out;
    }
    return refusal;
}

bool is_own_child(const ProcessFiles& process) {
    const auto status = process.read("status");
    return status && number_in_status(*status, "\nPPid:") == static_cast<std::uint64_t>(::getpid());
}

FrozenThreads::FrozenThreads(const ProcessFiles& process, std::string_view option, bool own_child)
    : pid_(static_cast<pid_t>(process.pid())), option_(option), own_child_(own_child) {}

FrozenThreads::FrozenThreads(FrozenThreads&& other) noexcept
    : pid_(other.pid_),
      option_(other.option_),
      own_child_(other.own_child_),
      threads_(std::exchange(other.threads_, {})),
      began_(std::exchange(other.began_, std::nullopt)),
      stood_still_(other.stood_still_) {}

Expected<FrozenThreads> FrozenThreads::freeze(const ProcessFiles& process, std::chrono::milliseconds within) {
    FrozenThreads frozen(process, "--freeze", is_own_child(process));
    const StopNews news;  // blocks SIGCHLD before the first stop
    if (auto stopped = frozen.stop_all(process, Clock::now() + within); !stopped)
        return tl::make_unexpected(stopped.error());
    return frozen;
}

Expected<FrozenThreads> FrozenThreads::freeze_one(const ProcessFiles& process, pid_t tid,
                                                  std::chrono::milliseconds within, std::string_view option,
                                                  bool own_child) {
    FrozenThreads frozen(process, option, own_child);
    const StopNews news;
    if (::faccessat(process.descriptor(), ("task/" + std::to_string(tid)).c_str(), F_OK, 0) != 0)
        return failure("pid " + std::to_string(process.pid()),
                       "has no thread " + std::to_string(tid) + ", or it has ended");
    const auto seized = frozen.seize(process, tid);
    if (!seized) return tl::make_unexpected(seized.error());
    frozen.interrupt_all();
    if (auto stopped = frozen.wait_for_all(process, Clock::now() + within); !stopped)
        return tl::make_unexpected(stopped.error());
    if (!*seized || frozen.threads_.front().state != State::stopped)
        return failure("pid " + std::to_string(process.pid()),
                       "thread " + std::to_string(tid) + " has ended");
    return frozen;
}

std::optional<user_regs_struct> FrozenThreads::registers(pid_t tid) const {
    user_regs_struct registers{};
    iovec into{&registers, sizeof registers};
    const long got = ::ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &into);
    if (got != 0 || into.iov_len != sizeof registers) return std::nullopt;  // another size: a 32-bit program
    return registers;
}

// A thread can only be made by one that runs: once all that are known stand still and there is no other, none
// will come. The list alone does not tell: it breaks off where a thread ends while the kernel goes through
// them. So those that stand still must be as many as the kernel counts.
Expected<void> FrozenThreads::stop_all(const ProcessFiles& process, Clock::time_point deadline) {
    while (true) {
        const auto fresh = seize_new(process);
        if (!fresh) return tl::make_unexpected(fresh.error());
        interrupt_all();
        if (auto stopped = wait_for_all(process, deadline); !stopped) return stopped;
        const auto held = static_cast<std::size_t>(
            std::count_if(threads_.begin(), threads_.end(),
                          [](const Thread& thread) { return thread.state == State::stopped; }));
        const auto status = process.read("status");  // none where the process has ended
        const auto all = status ? number_in_status(*status, "\nThreads:") : std::nullopt;
        if (!all || (held == 0 && *all <= 1 && has_ended(process, pid_))) break;
        // A main thread that has ended stays in the count for as long as there is another.
        if (*fresh == 0 && held > 0 && held + (has_ended(process, pid_) ? 1 : 0) == *all) return {};
        if (Clock::now() > deadline) {
            return failure("pid " + std::to_string(pid_),
                           "made and ended threads faster than they could be stopped",
                           "try again, or run it without --freeze");
        }
    }
    return failure("pid " + std::to_string(pid_), "the process ended before it could be stopped",
                   "see what runs: nmtx list");
}

// False for one that has ended.
Expected<bool> FrozenThreads::seize(const ProcessFiles& process, pid_t tid) {
    if (trace_thread(PTRACE_SEIZE, tid, 0) == 0) {
        threads_.push_back({tid, State::running, 0});
        return true;
    }
    const int error = errno;
    if (error == ESRCH || has_ended(process, tid)) return false;
    // Those seized so far run; the destructor stops them to let go of them.
    return tl::make_unexpected(trace_refusal(process.pid(), error, trace_obstacles(process), option_));
}

// How many were not known before.
Expected<std::size_t> FrozenThreads::seize_new(const ProcessFiles& process) {
    const auto names = process.list("task");
    if (!names) return tl::make_unexpected(names.error());
    const std::size_t known = threads_.size();
    for (const std::string& name : *names) {
        const auto tid = number_of(name);
        if (!tid) continue;
        const auto end = threads_.begin() + static_cast<std::ptrdiff_t>(known);
        const auto at = std::lower_bound(threads_.begin(), end, *tid, [](const Thread& thread, pid_t wanted) {
            return thread.tid < wanted;
        });
        if (at != end && at->tid == *tid) continue;
        if (const auto seized = seize(process, *tid); !seized) return tl::make_unexpected(seized.error());
    }
    const std::size_t fresh = threads_.size() - known;
    std::sort(threads_.begin(), threads_.end(),
              [](const Thread& a, const Thread& b) { return a.tid < b.tid; });
    return fresh;
}

void FrozenThreads::interrupt_all() {
    for (Thread& thread : threads_) {
        if (thread.state != State::running) continue;
        if (!began_) began_ = Clock::now();
        trace_thread(PTRACE_INTERRUPT, thread.tid,
                     0);  // fails only for one that is ending, which the wait finds
        thread.state = State::interrupted;
    }
}

// Is there something to see of it? Then its state says what. With for_end_only a stop is nothing to see.
bool FrozenThreads::look_at(Thread& thread, bool for_end_only) {
    siginfo_t seen{};
    const int what = for_end_only ? WEXITED : WEXITED | WSTOPPED;
    const int looked =
        ::waitid(P_PID, static_cast<id_t>(thread.tid), &seen, what | __WALL | WNOHANG | WNOWAIT);
    if (looked != 0) {
        if (errno == EINTR) return false;
        thread.state = State::gone;  // taken over by an exec, or somebody else's by now
        return true;
    }
    if (seen.si_pid == 0) return false;
    if (seen.si_code == CLD_EXITED || seen.si_code == CLD_KILLED || seen.si_code == CLD_DUMPED) {
        thread.state = State::gone;
        // Until its tracer has taken notice the process does not end for its parent. What is our own child
        // another part of this program wants to see end.
        if (!own_child_ || thread.tid != pid_)
            ::waitid(P_PID, static_cast<id_t>(thread.tid), &seen, WEXITED | __WALL | WNOHANG);
        return true;
    }
    // PTRACE_EVENT_STOP is the interruption or job control; without an event it is a signal that the thread
    // is about to get.
    thread.state = State::stopped;
    thread.signal = (seen.si_status >> 8) == 0 ? seen.si_status & 0x7f : 0;
    return true;
}

bool FrozenThreads::wait_for(Thread& thread, bool for_end, Clock::time_point deadline) {
    const StopNews news;
    while (!look_at(thread, for_end)) {
        if (Clock::now() > deadline) return false;
        news.wait();
    }
    return true;
}

// The kernel shows the end of the main thread last: once the tracer has taken notice of the other threads'
// ends.
template <typename Visit>
bool FrozenThreads::main_thread_last(Visit visit) {
    Thread* main = nullptr;
    for (Thread& thread : threads_) {
        if (thread.tid == pid_) {
            main = &thread;
        } else if (!visit(thread)) {
            return false;
        }
    }
    return main == nullptr || visit(*main);
}

Expected<void> FrozenThreads::wait_for_all(const ProcessFiles& process, Clock::time_point deadline) {
    pid_t late = 0;
    const bool all = main_thread_last([&](Thread& thread) {
        late = thread.tid;
        return thread.state != State::interrupted || wait_for(thread, false, deadline);
    });
    if (all) return {};
    const auto task = task_of(process, late);
    const std::string name = task ? " (" + task->comm + ")" : "";
    const std::string how = task && task->state == 'D' ? ": it sleeps uninterruptibly in the kernel" : "";
    return failure("pid " + std::to_string(pid_),
                   "thread " + std::to_string(late) + name + " did not stop in time" + how,
                   "all threads run again; try again, or " + without(option_));
}

void FrozenThreads::release() {
    if (threads_.empty()) return;
    interrupt_all();  // only what is stopped can be let go of
    const auto let_go = [](Thread& thread) {
        if (thread.state == State::stopped && trace_thread(PTRACE_DETACH, thread.tid, thread.signal) == 0)
            thread.state = State::gone;
    };
    for (Thread& thread : threads_) let_go(thread);
    if (began_) stood_still_ = Clock::now() - *began_;
    // The others are those that could not be stopped, and those that were killed while they stood still. What
    // is left of them after that time the kernel lets go of when this program ends.
    const auto deadline = Clock::now() + time_to_let_go;
    main_thread_last([&](Thread& thread) {
        if (thread.state == State::interrupted) {
            wait_for(thread, false, deadline);
            let_go(thread);
        }
        if (thread.state == State::stopped) wait_for(thread, true, deadline);
        return true;
    });
    threads_.clear();
    began_.reset();
}

}  // namespace nmtx
