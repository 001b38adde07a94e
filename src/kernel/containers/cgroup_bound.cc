#include "kernel/containers/cgroup_bound.h"

namespace nmtx {
namespace {

std::optional<CgroupBound> bound_of(const CgroupMemory& cgroup, CgroupUse use, bool above) {
    const auto used = used_of(cgroup, use);
    if (!cgroup.limit || !used) return std::nullopt;
    return CgroupBound{*cgroup.limit, *used, minus_or_zero(*cgroup.limit, *used), above};
}

}  // namespace

std::optional<Bytes> used_of(const CgroupMemory& cgroup, CgroupUse use) {
    if (!cgroup.current || use == CgroupUse::charged) return cgroup.current;
    if (use == CgroupUse::working_set)
        return cgroup.inactive_file ? std::optional(minus_or_zero(*cgroup.current, *cgroup.inactive_file))
                                    : std::nullopt;
    if (!cgroup.file) return std::nullopt;
    // `file` of v2 and `cache` of v1 both count tmpfs.
    return minus_or_zero(*cgroup.current, minus_or_zero(*cgroup.file, cgroup.shmem.value_or(Bytes())));
}

std::optional<CgroupBound> tightest_bound(const CgroupMemory& cgroup, CgroupUse use) {
    auto tightest = bound_of(cgroup, use, false);
    for (const CgroupMemory& one : cgroup.above) {
        const auto bound = bound_of(one, use, true);
        if (bound && (!tightest || bound->left < tightest->left)) tightest = bound;
    }
    return tightest;
}

}  // namespace nmtx
