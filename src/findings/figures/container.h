// The process's memory cgroup: what is charged, what is left, and the working set of Kubernetes.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/containers/cgroup_bound.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// The figures of a cgroup; absent is unknown.
struct ContainerUse {
    CgroupMemory figures;
    Bytes rss;                               // of the process, with each page of the Java heap counted once
    std::optional<Bytes> working_set, kept;  // CgroupUse
    // The limit that is reached first, by each kind of use. It may belong to a cgroup above, with other
    // cgroups below it. Inactive file pages are reclaimed first, so more is left by the working set.
    std::optional<CgroupBound> bound, working_set_bound, kept_bound;
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
