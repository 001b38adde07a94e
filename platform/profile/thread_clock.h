// The threads of a process, and what each has had of the processors: read again and again, so that little is
// read each time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "kernel/task_switches.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// /proc/PID/task/TID/schedstat since the thread began. Where the kernel keeps none (CONFIG_SCHED_INFO), the
// ticks of stat, 10 ms each, and no waits.
struct ThreadClock {
    std::uint64_t run_ns = 0;   // on a processor
    std::uint64_t wait_ns = 0;  // runnable and without one
    std::optional<std::uint64_t> slices;
    friend bool operator==(const ThreadClock&, const ThreadClock&) = default;
};

// Where a blocked thread is, by /proc/PID/task/TID/syscall.
struct BlockedAt {
    std::uint64_t sp = 0, pc = 0;
    friend bool operator==(const BlockedAt&, const BlockedAt&) = default;
};

struct ThreadState {
    char letter = '?';                       // 'R', 'S' …; '?' where it has ended
    std::optional<std::uint64_t> processor;  // that it has, or had last
};

class KnownThread {
  public:
    // `hold_open`: the file of its clock. `process` must outlive it.
    KnownThread(const ProcessFiles& process, pid_t tid, bool hold_open);

    // Nothing where it has ended.
    [[nodiscard]] std::optional<ThreadClock> clock() const;
    // Its name is known anew.
    ThreadState read_state();
    // Nothing where the kernel does not show them.
    [[nodiscard]] std::optional<TaskSwitches> switches() const;
    // From now on the files of these two stay open, too.
    void hold_more();
    [[nodiscard]] bool holds_more() const { return stat_ && sched_; }
    // Nothing while it runs, or where that is not shown.
    [[nodiscard]] std::optional<BlockedAt> blocked_at() const;

    [[nodiscard]] pid_t tid() const { return tid_; }
    [[nodiscard]] std::uint64_t own_id() const { return own_id_; }  // in the process's own pid namespace
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    [[nodiscard]] std::string file(const char* name) const;
    [[nodiscard]] std::optional<std::string> read_file(const Descriptor& held, const char* name) const;

    const ProcessFiles* process_;
    pid_t tid_;
    std::uint64_t own_id_;
    std::string name_;
    Descriptor schedstat_, stat_, sched_;  // those that are held open
};

// Ids of the threads that a process has now, ascending. Fails where it has ended.
Expected<std::vector<pid_t>> thread_ids(const ProcessFiles& process);

}  // namespace nmtx
