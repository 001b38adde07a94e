// Where the files of a process's cgroup are.
#pragma once

#include <string_view>

#include "base/error.h"
#include "kernel/containers/cgroup.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// The cgroup in which the process is charged for what the controller ("memory") counts. `cgroup` is the text
// of /proc/PID/cgroup.
Expected<CgroupPath> charging_cgroup(const ProcessFiles& process, std::string_view cgroup,
                                     std::string_view controller);

// Its directory in our own view; else in the target's, where a container sees its own cgroup as the root.
Expected<Descriptor> open_cgroup(const ProcessFiles& process, const CgroupPath& cgroup);

}  // namespace nmtx
