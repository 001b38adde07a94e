#include "findings/container.h"

namespace nmtx {

std::optional<ContainerUse> container_use(const ProcessView& view, const Ledger& ledger) {
    if (!view.cgroup || !view.cgroup->current) return std::nullopt;
    ContainerUse use;
    use.figures = *view.cgroup;
    use.rss = ledger.rss_true();
    const Bytes charged = *use.figures.current;
    use.beyond_rss = difference(charged, use.rss);
    if (use.figures.inactive_file) use.working_set = minus_or_zero(charged, *use.figures.inactive_file);
    if (!use.figures.limit) return use;
    use.headroom = minus_or_zero(*use.figures.limit, charged);
    if (use.working_set) use.reclaimable_headroom = minus_or_zero(*use.figures.limit, *use.working_set);
    return use;
}

}  // namespace nmtx
