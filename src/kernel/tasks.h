// The threads of a process as the kernel knows them.
// The document "kernel/tasks" is ours, made of raw lines: for each task its /proc/PID/task/TID/stat line,
// followed by its other files that were read, each with a prefix of ours. "at" is CLOCK_MONOTONIC in
// nanoseconds, between the readings of stat and schedstat:
//   15063 (java) S 15010 15062 …
//   at 884122190411
//   schedstat 486620000 1201100 512
//   syscall 202 0x7f8141bff990 0x109 … 0x7f8141bff8d0 0x7f81420c5f3b
//   NSpid:	15063	7
//   voluntary_ctxt_switches:	410
//   nonvoluntary_ctxt_switches:	102
//   15064 (GC Thread#0) S …
//   syscall running
// "kernel/tasks before" is the same at the beginning of an interval, with only stat, at and schedstat.
// /proc/PID/task/TID/stat: proc(5); a comm may contain blanks and ")". It may also contain newlines, which
// the kernel escapes in status but not in stat (proc_task_name, fs/proc/array.c); the document has them as
// backslash and n. /proc/PID/task/TID/schedstat: nanoseconds on a CPU, nanoseconds on a run queue,
// timeslices (scheduler/sched-stats.rst). The last three lines are those of /proc/PID/task/TID/status.
// /proc/PID/task/TID/syscall: number, six arguments, stack pointer, program counter; "running"; or "-1 SP
// PC" outside of a call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct Task {
    std::uint64_t tid = 0;
    std::string comm;
    char state = '?';
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    std::uint64_t start_ticks = 0;       // since boot, in clock ticks
    std::uint64_t flags = 0;             // PF_*
    std::uint64_t virtual_bytes = 0;     // its address space
    std::optional<Address> start_stack;  // "startstack": only the main thread's is meaningful; absent where 0
    std::optional<Address> stack_pointer;  // from syscall; absent while running or where it could not be read
    std::optional<std::uint64_t> read_at_ns;  // CLOCK_MONOTONIC
    std::optional<std::uint64_t> run_ns;      // on a CPU since it started
    std::optional<std::uint64_t> wait_ns;     // runnable and without a CPU since it started
    std::optional<std::uint64_t> voluntary_switches, involuntary_switches;
    std::vector<std::uint64_t> nspid;  // outermost first; empty where not read

    [[nodiscard]] bool of_kernel() const { return (flags & 0x00200000U) != 0; }  // PF_KTHREAD
    // Its id in its own pid namespace, which the JVM prints as "nid".
    [[nodiscard]] std::uint64_t own_id() const { return nspid.empty() ? tid : nspid.back(); }
    // Time on a CPU since it started: run_ns, else from the ticks, 100 a second on every architecture that
    // HotSpot supports (USER_HZ).
    [[nodiscard]] double cpu_seconds() const {
        return run_ns ? static_cast<double>(*run_ns) / 1e9
                      : static_cast<double>(user_ticks + system_ticks) / 100;
    }
};

Expected<std::vector<Task>> parse_tasks(std::string_view text, std::string_view document = "tasks");
// The stat file of one task or of the whole process, as the kernel prints it.
Expected<Task> parse_task_stat(std::string_view text, std::string_view document = "stat");

}  // namespace nmtx
