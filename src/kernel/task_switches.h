// Whether a task has a processor at this moment. No file of /proc says so, but two count the same switches:
// schedstat those to the task (its third number), sched those away from it. Source: Linux
// kernel/sched/stats.h (sched_info_arrive), core.c (__schedule), debug.c (proc_sched_show_task).
// /proc/PID/task/TID/sched, where the kernel has CONFIG_SCHED_DEBUG:
//   java (15063, #threads: 38)
//   -------------------------------------------------------------------
//   se.exec_start                                :       1166252.552000
//   …
//   nr_switches                                  :                   42
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nmtx {

struct TaskSwitches {
    std::uint64_t away = 0;
    // When its time on a processor was last counted, by the clock of that processor: of those that have lost
    // one, the last to have done so has the greatest.
    std::uint64_t counted_at_ns = 0;
};

// Nothing where the text lacks one of them.
std::optional<TaskSwitches> parse_task_switches(std::string_view text);

// The processor that a task has, or had last: field 39 of its stat file. Nothing where the line ends before.
std::optional<std::uint64_t> processor_in_stat(std::string_view stat);

// `to`: of schedstat. Nothing where the counts do not belong together.
inline std::optional<bool> has_processor(std::uint64_t to, const TaskSwitches& switches) {
    if (to == switches.away + 1) return true;
    return to == switches.away ? std::optional(false) : std::nullopt;
}

}  // namespace nmtx
