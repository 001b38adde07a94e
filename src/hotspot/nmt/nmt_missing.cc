#include "hotspot/nmt/nmt_missing.h"

#include <fmt/format.h>

#include "base/amounts.h"

namespace nmtx {

std::optional<NmtMissing> missing_categories(const NmtReport& report) {
    if (report.committed == Bytes()) return std::nullopt;
    Bytes shown;
    for (const NmtCategory& category : report.categories) shown += category.committed;
    const Bytes allowed(report.unit.value() * (report.categories.size() + 1));
    if (shown + allowed >= report.committed) return std::nullopt;
    return NmtMissing{shown, minus_or_zero(report.committed, shown), report.committed};
}

NmtMallocBounds malloc_bounds(const NmtReport& report) {
    const Bytes counted = report.malloc_total();
    const auto missing = missing_categories(report);
    if (!missing) return {counted, counted};
    if (report.malloc) return {*report.malloc, *report.malloc};
    return {counted, counted + missing->missing};
}

std::string share_shown(const NmtMissing& missing) {
    return fmt::format("its categories are {} of {} MiB committed ({} %)", in_mib(missing.shown),
                       in_mib(missing.total), percent(missing.shown, missing.total));
}

}  // namespace nmtx
