#include "hotspot/nmt/nmt_since.h"

namespace nmtx {
namespace {

// Each figure of a category that has a change behind it: with that of another report, and its change.
template <typename Take>
void for_each_figure(NmtCategory& category, const NmtCategory& other, Take take) {
    take(category.reserved, other.reserved, category.change.reserved);
    take(category.committed, other.committed, category.change.committed);
    take(category.malloc, other.malloc, category.change.malloc);
    take(category.arena, other.arena, category.change.arena);
    take(category.mmap_reserved, other.mmap_reserved, category.change.mmap_reserved);
    take(category.mmap_committed, other.mmap_committed, category.change.mmap_committed);
    take(category.stack_reserved, other.stack_reserved, category.change.stack_reserved);
    take(category.stack_committed, other.stack_committed, category.change.stack_committed);
    take(category.malloc_count, other.malloc_count, category.change.malloc_count);
    take(category.arena_count, other.arena_count, category.change.arena_count);
    take(category.threads, other.threads, category.change.threads);
    take(category.classes, other.classes, category.change.classes);
}

std::int64_t change(const std::optional<std::uint64_t>& after, const std::optional<std::uint64_t>& before) {
    if (!after || !before) return 0;
    return difference(Bytes(*after), Bytes(*before)).value;
}

Delta change(Bytes after, Bytes before) {
    return difference(after, before);
}

Delta change(const std::optional<Bytes>& after, const std::optional<Bytes>& before) {
    return after && before ? difference(*after, *before) : Delta();
}

void set_change(NmtCategory& after, const NmtCategory& before) {
    for_each_figure(after, before,
                    [](const auto& now, const auto& then, auto& since) { since = change(now, then); });
}

void take_back(Bytes& figure, Delta change) {
    figure = change.value >= 0 ? minus_or_zero(figure, Bytes(static_cast<std::uint64_t>(change.value)))
                               : figure + Bytes(~static_cast<std::uint64_t>(change.value) + 1);
}

void take_back(std::optional<Bytes>& figure, Delta change) {
    if (figure) take_back(*figure, change);
}

void take_back(std::optional<std::uint64_t>& count, std::int64_t change) {
    if (!count) return;
    Bytes figure(*count);
    take_back(figure, Delta{change});
    count = figure.value();
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

NmtReport at_baseline(const NmtReport& diff) {
    NmtReport report = diff;
    take_back(report.reserved, diff.change.reserved);
    take_back(report.committed, diff.change.committed);
    take_back(report.malloc, diff.change.malloc);
    report.change = {};
    for (NmtCategory& category : report.categories) {
        for_each_figure(category, category,
                        [](auto& figure, const auto& /*same*/, auto since) { take_back(figure, since); });
        category.change = {};
    }
    return report;
}

}  // namespace nmtx
