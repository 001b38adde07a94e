// Which limit a process's allocations reach first: that of its memory cgroup, or of one above it, to which
// other cgroups are charged as well.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/containers/cgroup.h"

namespace nmtx {

enum class CgroupUse : std::uint8_t {
    charged,
    // Charged minus inactive file pages: the figure that `kubectl top` shows and that decides on eviction.
    // Source: kubelet and cAdvisor (container_memory_working_set_bytes).
    working_set,
    // Charged minus what the kernel drops when it needs memory: file pages, but not tmpfs.
    kept,
};

// Nothing where it is unknown.
std::optional<Bytes> used_of(const CgroupMemory& cgroup, CgroupUse use);

struct CgroupBound {
    Bytes limit;
    Bytes used;
    Bytes left;          // limit minus used; 0 where more is used
    bool above = false;  // of a cgroup above the process's own

    friend bool operator==(const CgroupBound&, const CgroupBound&) = default;
};

// The one that leaves the least. Nothing without a limit, or where no use is known. Where the use of a cgroup
// above is unknown, its limit counts against what the process's own uses: less than that may be left.
std::optional<CgroupBound> tightest_bound(const CgroupMemory& cgroup, CgroupUse use);

}  // namespace nmtx
