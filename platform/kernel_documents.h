// Documents that are put together from many small files of the kernel.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/process_files.h"

namespace nmtx {

// "kernel/tasks", in the format of kernel/tasks.h. A thread that ends meanwhile is left out.
Expected<std::string> read_tasks(const ProcessFiles& process);

// "kernel/cgroup memory", in the format of kernel/cgroup.h. `cgroup` is the text of /proc/PID/cgroup.
Expected<std::string> read_cgroup_memory(const ProcessFiles& process, std::string_view cgroup);

}  // namespace nmtx
