// Documents that are assembled from many small kernel files.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// What is read from each task: its stack pointer; its CPU time; both, with its ids and context switches.
enum class TaskDetail { stacks, times, all };

// "kernel/tasks", in the format of kernel/tasks.h. A thread that ends meanwhile is left out.
Expected<std::string> read_tasks(const ProcessFiles& process, TaskDetail detail);

// A small system file: "/proc/sys/kernel/threads-max".
Expected<std::string> read_system_file(const std::string& path);

// "kernel/cgroup memory", in the format of kernel/containers/cgroup.h. `cgroup` is the text of
// /proc/PID/cgroup.
Expected<std::string> read_cgroup_memory(const ProcessFiles& process, std::string_view cgroup);
// "kernel/cgroup pids", likewise.
Expected<std::string> read_cgroup_pids(const ProcessFiles& process, std::string_view cgroup);

// "kernel/cgroup cpu": the CPU quota of its cgroups.
Expected<std::string> read_cgroup_cpu(const ProcessFiles& process, std::string_view cgroup);

}  // namespace nmtx
