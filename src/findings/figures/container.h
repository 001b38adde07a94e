// The memory cgroup beside the process: what is charged, what is left, and what of it Kubernetes looks at.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// Everything that a cgroup has given figures for; absent is unknown.
struct ContainerUse {
    CgroupMemory figures;
    Bytes rss;  // of the process, each page of the Java heap once
    // What `kubectl top` shows and eviction goes by: charged less inactive pages of files. Source:
    // kubelet and cAdvisor (container_memory_working_set_bytes).
    std::optional<Bytes> working_set;
    std::optional<Bytes> headroom;  // limit less what is charged; 0 where that is more
    std::optional<Bytes>
        reclaimable_headroom;  // limit less the working set: inactive pages of files go first
    // Charged less what the kernel drops when it needs memory (pages of files, tmpfs not among them).
    std::optional<Bytes> kept;
    // The root of v1, without a limit: it has the whole machine's memory, and says nothing of the process.
    bool whole_machine = false;
    // Anonymous and shared memory beyond what this process has resident: other processes in the cgroup, or
    // tmpfs. Nothing where it cannot be told.
    std::optional<Bytes> anon_of_others;
    std::optional<Bytes> shmem_of_others;
    Delta beyond_rss;  // charged less RSS: page cache, kernel, other processes; negative where pages of files
                       // that RSS has are charged to another cgroup
};

// Nothing where there is no cgroup, or none that says what is charged.
std::optional<ContainerUse> container_use(const Moment& moment);

// Does the cgroup hold more processes than this one, by their memory? What is charged in batches, and the
// time between two readings, are no process.
bool has_others(const ContainerUse& use);

}  // namespace nmtx
