// How many CPUs a process may use.
// Formats: Linux Documentation/admin-guide/cputopology.rst and core-api/printk-formats.rst (%*pbl),
// admin-guide/ cgroup-v2.rst ("cpu.max"), scheduler/sched-bwc.rst ("cpu.cfs_quota_us").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace nmtx {

// The number of CPUs in a list: 5 for "0-3,8", from /sys/devices/system/cpu/online or "Cpus_allowed_list:".
Expected<std::uint64_t> parse_cpu_list(std::string_view text, std::string_view document = "cpus online");

// The document "kernel/cgroup cpu": cgroup.path, then of the cgroup and of each above it, the nearest first,
// v2 cpu.max, or v1 cpu.cfs_quota_us and cpu.cfs_period_us, as blocks like those of "kernel/cgroup memory".
struct CgroupCpu {
    std::optional<double> quota;  // in CPUs, the lowest of all levels; nothing where no level has one
};
Expected<CgroupCpu> parse_cgroup_cpu(std::string_view text, std::string_view document = "cgroup cpu");

}  // namespace nmtx
