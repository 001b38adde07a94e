#include "findings/figures/container.h"

namespace nmtx {

namespace {

// Page cache: `file` of v2 and `cache` of v1 both count tmpfs, which is kept.
std::optional<Bytes> kept_of(const CgroupMemory& figures) {
    if (!figures.file || !figures.current) return std::nullopt;
    return minus_or_zero(*figures.current, minus_or_zero(*figures.file, figures.shmem.value_or(Bytes())));
}

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
    use.kept = kept_of(use.figures);
    use.whole_machine = use.figures.version == 1 && use.figures.path == "/" && !use.figures.limit;
    if (moment.view->status) set_others(use, *moment.view->status);
    if (use.figures.inactive_file) use.working_set = minus_or_zero(charged, *use.figures.inactive_file);
    if (!use.figures.limit) return use;
    use.headroom = minus_or_zero(*use.figures.limit, charged);
    if (use.working_set) use.reclaimable_headroom = minus_or_zero(*use.figures.limit, *use.working_set);
    return use;
}

bool has_others(const ContainerUse& use) {
    return use.anon_of_others && *use.anon_of_others > mib(8) + Bytes(use.rss.value() / 20);
}

}  // namespace nmtx
