// The cgroups that a process is charged to, v1 or v2: memory, and how many threads there may be.
// Formats: Linux Documentation/admin-guide/cgroup-v2.rst ("memory.*") and cgroup-v1/memory.rst;
// /proc/PID/cgroup: cgroups(7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

// Where /proc/PID/cgroup says that a controller ("memory", "pids") charges: the line "0::/path" (v2) or the
// one that names the controller (v1); where both are there, v1's line wins, as the kernel then charges there.
struct CgroupPath {
    int version = 2;
    std::string controller;
    std::string path;  // below the hierarchy's mount point, begins with "/"
};
Expected<std::optional<CgroupPath>> parse_cgroup_path(std::string_view text,
                                                      std::string_view document = "cgroup",
                                                      std::string_view controller = "memory");

// The files read from that directory, concatenated by us as "== NAME\n<content>" blocks into the document
// "kernel/cgroup memory" (v2: memory.current memory.max memory.high memory.swap.current memory.swap.max
// memory.events memory.peak memory.stat;
//  v1: memory.usage_in_bytes memory.limit_in_bytes memory.memsw.limit_in_bytes memory.oom_control
//  memory.max_usage_in_bytes memory.failcnt memory.kmem.tcp.usage_in_bytes memory.stat; both: cgroup.path).
// Then of each cgroup above it that can be seen and has a limit, the nearest first: its limit, which begins
// it, its usage and its memory.stat, with "above." before their names. Older captures have only memory.max
// of those, under that name.
inline constexpr std::string_view of_cgroup_above = "above.";
struct CgroupMemory {
    int version = 2;
    std::string path;  // below the mount point, as the process's own cgroup namespace sees it
    std::optional<Bytes>
        limit;  // nothing: "max", or v1's "unlimited"; else the lowest of its own and its ancestors'
    std::optional<Bytes> current;
    std::optional<Bytes> peak;  // the most that was charged at once; v2: from Linux 5.19 on
    std::optional<Bytes> swap_current;
    std::optional<Bytes> anon;  // v1: rss. What v1 counts twice, "x" and "total_x", is taken with the cgroups
                                // below it, as v2 does
    std::optional<Bytes> file;  // v1: cache
    std::optional<Bytes> active_file;
    std::optional<Bytes> inactive_file;
    std::optional<Bytes> shmem;
    std::optional<Bytes> kernel;  // v2 "kernel", v1 memory.kmem.usage_in_bytes where read
    std::optional<Bytes> pagetables;
    std::optional<Bytes> sock;  // v1: only TCP
    std::optional<std::uint64_t> oom_kills;
    std::optional<std::uint64_t> limit_hits;  // how often an allocation would have exceeded the limit
    std::vector<CgroupMemory> above;  // those with a limit, the nearest first; what they use counts all below
};
// Unknown blocks and keys are ignored, and so is a block without content.
Expected<CgroupMemory> parse_cgroup_memory(std::string_view text,
                                           std::string_view document = "cgroup memory");

// The same files as people paste them: `cat` with its prompt, `head` and `tail` ("==> memory.max <=="),
// `grep` ("memory.max:2147483648"), or only lines of memory.stat. `memory` has the figures that were found.
struct PastedCgroup {
    CgroupMemory memory;
    NotUnderstood not_understood;
};
// Fails where no figure is found.
Expected<PastedCgroup> parse_pasted_cgroup(std::string_view text, std::string_view document = "cgroup");

// The document "kernel/cgroup pids": cgroup.path, pids.current, then pids.max of the cgroup and of each
// above it, the nearest first, as blocks like those; the root has only the first. The controller counts
// threads.
struct CgroupPids {
    std::optional<std::uint64_t> current;  // with the cgroups below it
    std::optional<std::uint64_t> limit;    // the lowest; nothing where each is "max"
};
Expected<CgroupPids> parse_cgroup_pids(std::string_view text, std::string_view document = "cgroup pids");

}  // namespace nmtx
