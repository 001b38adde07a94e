// The process's memory cgroup: what is charged, what is left, and the working set of Kubernetes.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// The figures of a cgroup; absent is unknown.
struct ContainerUse {
    CgroupMemory figures;
    Bytes rss;  // of the process, with each page of the Java heap counted once
    // The figure that `kubectl top` shows and that decides on eviction: charged minus inactive file pages.
    // Source: kubelet and cAdvisor (container_memory_working_set_bytes).
    std::optional<Bytes> working_set;
    std::optional<Bytes> headroom;  // limit minus charged; 0 where charged is more
    std::optional<Bytes>
        reclaimable_headroom;  // limit minus the working set: inactive file pages are reclaimed first
    // Charged minus what the kernel drops when it needs memory (file pages, but not tmpfs).
    std::optional<Bytes> kept;
    // The root of v1, without a limit: it covers the whole machine, so its figures say nothing about the
    // process.
    bool whole_machine = false;
    // Anonymous and shared memory beyond this process's resident memory: other processes in the cgroup, or
    // tmpfs. Nothing where it is unknown.
    std::optional<Bytes> anon_of_others;
    std::optional<Bytes> shmem_of_others;
    Delta beyond_rss;  // charged minus RSS: page cache, kernel, other processes; negative where file pages in
                       // RSS are charged to another cgroup
};

// Nothing where there is no cgroup, or its charge is unknown.
std::optional<ContainerUse> container_use(const Moment& moment);

// Does the cgroup contain other processes, judging by memory? Ignores differences from batched charging and
// from the time between two readings.
bool has_others(const ContainerUse& use);

}  // namespace nmtx
