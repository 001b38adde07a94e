#include "hotspot/nmt/nmt_since.h"

namespace nmtx {
namespace {

std::int64_t change(const std::optional<std::uint64_t>& after, const std::optional<std::uint64_t>& before) {
    if (!after || !before) return 0;
    return difference(Bytes(*after), Bytes(*before)).value;
}

Delta change(const std::optional<Bytes>& after, const std::optional<Bytes>& before) {
    return after && before ? difference(*after, *before) : Delta();
}

void set_change(NmtCategory& after, const NmtCategory& before) {
    NmtSinceBaseline& since = after.change;
    since.reserved = difference(after.reserved, before.reserved);
    since.committed = difference(after.committed, before.committed);
    since.malloc = difference(after.malloc, before.malloc);
    since.arena = difference(after.arena, before.arena);
    since.mmap_reserved = difference(after.mmap_reserved, before.mmap_reserved);
    since.mmap_committed = difference(after.mmap_committed, before.mmap_committed);
    since.stack_reserved = change(after.stack_reserved, before.stack_reserved);
    since.stack_committed = change(after.stack_committed, before.stack_committed);
    since.malloc_count = change(after.malloc_count, before.malloc_count);
    since.arena_count = change(after.arena_count, before.arena_count);
    since.threads = change(after.threads, before.threads);
    since.classes = change(after.classes, before.classes);
}

}  // namespace

void set_changes_since(NmtReport& second, const NmtReport& first) {
    second.change.reserved = difference(second.reserved, first.reserved);
    second.change.committed = difference(second.committed, first.committed);
    second.change.malloc = change(second.malloc, first.malloc);
    for (NmtCategory& category : second.categories) {
        const NmtCategory* const before = first.find(category.name);
        set_change(category, before != nullptr ? *before : NmtCategory());
    }
    for (const NmtCategory& before : first.categories) {
        if (second.find(before.name) != nullptr) continue;
        NmtCategory gone;
        gone.name = before.name;
        set_change(gone, before);
        second.categories.push_back(std::move(gone));
    }
}

void set_changes_since(PastedNmt& second, const PastedNmt& first) {
    set_changes_since(second.report, first.report);
    second.of_unix_diff = true;
    second.has_total = second.has_total && first.has_total;
    if (!second.has_total) {
        second.report.change.reserved = second.report.change.committed = Delta();
        second.report.change.malloc = Delta();
    }
}

}  // namespace nmtx
