#include "change/nmt_baseline.h"

#include <limits>

namespace nmtx {
namespace {

Bytes before(Bytes after, Delta change) {
    if (change.value >= 0) return minus_or_zero(after, Bytes(static_cast<std::uint64_t>(change.value)));
    return after + Bytes(~static_cast<std::uint64_t>(change.value) + 1);
}

void take_back(std::optional<std::uint64_t>& count, std::int64_t change) {
    if (count) count = before(Bytes(*count), Delta{change}).value();
}

}  // namespace

NmtReport at_baseline(const NmtReport& diff) {
    NmtReport report = diff;
    report.reserved = before(diff.reserved, diff.change.reserved);
    report.committed = before(diff.committed, diff.change.committed);
    if (report.malloc) report.malloc = before(*report.malloc, diff.change.malloc);
    report.change = {};
    for (NmtCategory& category : report.categories) {
        const NmtSinceBaseline& change = category.change;
        category.reserved = before(category.reserved, change.reserved);
        category.committed = before(category.committed, change.committed);
        category.malloc = before(category.malloc, change.malloc);
        category.arena = before(category.arena, change.arena);
        category.mmap_reserved = before(category.mmap_reserved, change.mmap_reserved);
        category.mmap_committed = before(category.mmap_committed, change.mmap_committed);
        take_back(category.malloc_count, change.malloc_count);
        take_back(category.arena_count, change.arena_count);
        take_back(category.threads, change.threads);
        take_back(category.classes, change.classes);
        category.change = {};
    }
    return report;
}

}  // namespace nmtx
