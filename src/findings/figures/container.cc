#include "findings/figures/container.h"

namespace nmtx {

namespace {

void set_others(ContainerUse& use, const ProcessStatus& status) {
    if (use.figures.anon && status.rss_anon)
        use.anon_of_others = minus_or_zero(*use.figures.anon, *status.rss_anon);
    if (use.figures.shmem && status.rss_shmem)
        use.shmem_of_others = minus_or_zero(*use.figures.shmem, *status.rss_shmem);
}

}  // namespace

std::optional<ContainerUse> container_use(const Moment& moment) {
    if (!moment.view->cgroup || !moment.view->cgroup->current) return std::nullopt;
    ContainerUse use;
    use.figures = *moment.view->cgroup;
    use.rss = moment.ledger->rss_true();
    const Bytes charged = *use.figures.current;
    use.beyond_rss = difference(charged, use.rss);
    use.working_set = used_of(use.figures, CgroupUse::working_set);
    use.kept = used_of(use.figures, CgroupUse::kept);
    use.bound = tightest_bound(use.figures, CgroupUse::charged);
    use.working_set_bound = tightest_bound(use.figures, CgroupUse::working_set);
    use.kept_bound = tightest_bound(use.figures, CgroupUse::kept);
    use.whole_machine = use.figures.version == 1 && use.figures.path == "/" && !use.figures.limit;
    if (moment.view->status) set_others(use, *moment.view->status);
    return use;
}

bool has_others(const ContainerUse& use) {
    return use.anon_of_others && *use.anon_of_others > mib(8) + Bytes(use.rss.value() / 20);
}

}  // namespace nmtx
