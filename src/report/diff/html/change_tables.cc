#include "report/diff/html/change_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "report/diff/diff_table.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t most_change_rows = 400;

// Those with the largest changes, most growth first; what has no change at all
// is left out.
template <typename T, typename Change>
std::vector<const T*> most_changed(const std::vector<T>& rows, Change change) {
    std::vector<const T*> changed;
    for (const T& row : rows) {
        if (change(row) != 0) changed.push_back(&row);
    }
    const auto larger = [&](const T* a, const T* b) { return magnitude(change(*a)) > magnitude(change(*b)); };
    std::stable_sort(changed.begin(), changed.end(), larger);
    if (changed.size() > most_change_rows) changed.resize(most_change_rows);
    std::stable_sort(changed.begin(), changed.end(),
                     [&](const T* a, const T* b) { return change(*a) > change(*b); });
    return changed;
}

// What the table does not have: unchanged rows, and small changes beyond its
// end.
template <typename T, typename Change>
std::string rows_left_out(const std::vector<T>& rows, std::size_t shown, Change change) {
    const auto changed = static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const T& row) { return change(row) != 0; }));
    std::string text;
    if (changed > shown)
        text = fmt::format("{} smaller changes are not in this table. ", grouped(changed - shown));
    const std::size_t same = rows.size() - changed;
    if (same > 0) text += fmt::format("{} {} unchanged.", grouped(same), same == 1 ? "row is" : "rows are");
    return text;
}

void amount_cells(HtmlTable& table, const AmountChange& amount) {
    table.mib(amount.before);
    table.mib(amount.after);
    table.change(amount.change());
}

void count_cells(HtmlTable& table, const CountChange& count) {
    table.count(count.before);
    table.count(count.after);
    table.count_change(count.change());
}

std::string_view fate_title(MappingFate fate) {
    constexpr std::array<std::string_view, 5> titles{"same range", "grown", "shrunk", "new", "gone"};
    return titles[static_cast<std::size_t>(fate)];
}

std::string callers_of(const SiteChange& site) {
    std::string text;
    for (std::size_t i = 1; i < site.frames.size(); ++i) text += (i == 1 ? "" : ", ") + site.frames[i];
    return text;
}

std::int64_t bytes_changed(const SizeChange& size) {
    return size.before && size.after ? difference(size.after->bytes, size.before->bytes).value : 0;
}

std::int64_t bytes_of_owner_changed(const UntrackedChange& owner) {
    return difference(owner.after.bytes, owner.before.bytes).value;
}

std::string block_owners(const MallocChange& changes, std::string_view kind) {
    const auto rows = most_changed(changes.owners, bytes_of_owner_changed);
    if (rows.empty()) return "";
    HtmlTable table("table-block-owners", fmt::format("malloc blocks {}, by owner", kind),
                    {{"owner", Column::name},
                     {"kind", Column::text},
                     {"blocks before"},
                     {"blocks after"},
                     {"before, MiB"},
                     {"after, MiB"},
                     {"change, MiB"}},
                    6);
    for (const UntrackedChange* owner : rows) {
        table.begin_row();
        table.text(owner->owner.empty() ? "owner unknown" : owner->owner);
        table.text(owner->kind);
        table.count(owner->before.blocks);
        table.count(owner->after.blocks);
        amount_cells(table, {owner->before.bytes, owner->after.bytes});
    }
    return table.finish(rows_left_out(changes.owners, rows.size(), bytes_of_owner_changed));
}

// Sizes that one snapshot counts among the rest have no change that is known;
// the text report has them.
std::string block_sizes(const MallocChange& changes, std::string_view kind) {
    const auto rows = most_changed(changes.sizes, bytes_changed);
    if (rows.empty()) return "";
    HtmlTable table("table-block-sizes", fmt::format("malloc blocks {}, by size", kind),
                    {{"usable bytes of a block", Column::name},
                     {"blocks before"},
                     {"blocks after"},
                     {"before, MiB"},
                     {"after, MiB"},
                     {"change, MiB"}},
                    5);
    for (const SizeChange* size : rows) {
        table.begin_row();
        table.text(size->block ? grouped(size->block->value()) : "all other sizes");
        table.count(size->before->blocks);
        table.count(size->after->blocks);
        amount_cells(table, {size->before->bytes, size->after->bytes});
    }
    const auto unknown = std::count_if(changes.sizes.begin(), changes.sizes.end(),
                                       [](const SizeChange& size) { return !size.before || !size.after; });
    std::string below;
    if (unknown > 0)
        below = fmt::format("{} more size{} only one of the snapshots counts separately.",
                            grouped(static_cast<std::uint64_t>(unknown)), unknown == 1 ? "" : "s");
    return table.finish(below);
}

}  // namespace

std::string change_words(const AmountChange& amount) {
    return fmt::format("{} → {} MiB ({})", in_mib(amount.before), in_mib(amount.after),
                       html_change(amount.change()));
}

std::string change_words(const CountChange& count) {
    return fmt::format("{} → {} ({})", grouped(count.before), grouped(count.after),
                       grouped(Delta{count.change()}));
}

std::string html_owner_changes(const Diff& diff) {
    const auto change = [](const OwnerChange& owner) { return owner.resident.change().value; };
    const auto rows = most_changed(diff.owners, change);
    if (rows.empty()) return "";
    HtmlTable table(
        "table-owners", "Owners, change of resident memory",
        {{"owner", Column::name}, {"before, MiB"}, {"after, MiB"}, {"change, MiB"}, {"note", Column::text}},
        3);
    for (const OwnerChange* owner : rows) {
        table.begin_row();
        table.text(owner->path);
        amount_cells(table, owner->resident);
        table.text(owner->estimated ? "estimated" : "");
    }
    return table.finish(rows_left_out(diff.owners, rows.size(), change));
}

std::string html_category_changes(const Diff& diff) {
    if (!diff.nmt) return "";
    const auto change = [](const CategoryChange& category) { return category.committed.change().value; };
    const auto rows = most_changed(diff.nmt->categories, change);
    std::string out = html_facts({{"Committed in total", change_words(diff.nmt->committed)},
                                  {"Reserved in total", change_words(diff.nmt->reserved)}});
    if (rows.empty()) return out;
    HtmlTable table("table-categories", "NMT categories, change of committed memory",
                    {{"category", Column::name},
                     {"before, MiB"},
                     {"after, MiB"},
                     {"change, MiB"},
                     {"malloc before, MiB"},
                     {"malloc after, MiB"},
                     {"change of malloc, MiB"},
                     {"change of blocks"}},
                    3);
    for (const CategoryChange* category : rows) {
        table.begin_row();
        table.text(category->name);
        amount_cells(table, category->committed);
        amount_cells(table, category->malloc);
        table.count_change(category->blocks.change());
    }
    return out + table.finish(rows_left_out(diff.nmt->categories, rows.size(), change));
}

std::string html_site_changes(const Diff& diff) {
    if (!diff.sites) return "";
    const auto change = [](const SiteChange& site) { return site.committed.change().value; };
    const auto rows = most_changed(diff.sites->sites, change);
    if (rows.empty()) return "";
    HtmlTable table("table-sites", "NMT call sites, change of allocated or committed memory",
                    {{"function", Column::name},
                     {"called from", Column::text},
                     {"kind", Column::text},
                     {"category", Column::text},
                     {"before, MiB"},
                     {"after, MiB"},
                     {"change, MiB"},
                     {"change of blocks"}},
                    6);
    for (const SiteChange* site : rows) {
        const bool malloc = site->kind == NmtSiteKind::malloc;
        table.begin_row();
        table.text(site->frames.empty() ? "unknown" : site->frames.front());
        table.text(callers_of(*site));
        table.text(malloc ? "malloc" : "mmap");
        table.text(site->tag);
        amount_cells(table, site->committed);
        table.count_change(malloc ? std::optional(site->blocks.change()) : std::nullopt);
    }
    return table.finish(rows_left_out(diff.sites->sites, rows.size(), change));
}

std::string html_malloc_changes(const Diff& diff, bool by_header) {
    if (!diff.malloc) return "";
    const std::string_view kind = by_header ? "not tracked by NMT" : "in use";
    return block_owners(*diff.malloc, kind) + block_sizes(*diff.malloc, kind);
}

std::string html_thread_changes(const Diff& diff) {
    if (!diff.threads) return "";
    const ThreadChanges& threads = *diff.threads;
    std::string all = change_words(threads.threads);
    if (diff.same_process)
        all += fmt::format("; {} started, {} ended", grouped(threads.started), grouped(threads.ended));
    std::string out = html_facts({{"Threads", all}});
    const auto change = [](const PoolChange& pool) { return pool.threads.change(); };
    const auto rows = most_changed(threads.pools, change);
    if (rows.empty()) return out;
    HtmlTable table("table-pools", "Thread pools, change of the number of threads",
                    {{"pool", Column::name},
                     {"before"},
                     {"after"},
                     {"change"},
                     {"stacks before, MiB"},
                     {"stacks after, MiB"},
                     {"change of stacks, MiB"}},
                    3);
    for (const PoolChange* pool : rows) {
        table.begin_row();
        table.text(pool->name);
        count_cells(table, pool->threads);
        amount_cells(table, pool->stacks);
    }
    return out + table.finish(rows_left_out(threads.pools, rows.size(), change));
}

std::string html_class_changes(const Diff& diff) {
    std::vector<TicketFact> facts;
    if (diff.classes_nmt) facts.push_back({"NMT (with arrays)", change_words(*diff.classes_nmt)});
    if (diff.classes_perf) facts.push_back({"hsperfdata", change_words(*diff.classes_perf)});
    return facts.empty() ? "" : html_facts(facts);
}

std::string html_mapping_changes(const Diff& diff) {
    if (!diff.mappings) return "";
    const auto change = [](const MappingChange& mapping) { return mapping.resident.change().value; };
    const auto rows = most_changed(diff.mappings->mappings, change);
    if (rows.empty()) return "";
    HtmlTable table("table-mappings", "Mappings, change of resident memory",
                    {{"from", Column::name},
                     {"to", Column::code},
                     {"access", Column::code},
                     {"what", Column::text},
                     {"before, MiB"},
                     {"after, MiB"},
                     {"change, MiB"},
                     {"owner", Column::text},
                     {"name", Column::text}},
                    6);
    for (const MappingChange* mapping : rows) {
        const Range range = mapping->after ? *mapping->after : *mapping->before;
        table.begin_row();
        table.text(fmt::format("{:012x}", range.begin.value));
        table.text(fmt::format("{:012x}", range.end.value));
        table.text(mapping->protection.text());
        table.text(fate_title(mapping->fate));
        amount_cells(table, mapping->resident);
        table.text(mapping->owner);
        table.path(mapping->name);
    }
    const std::size_t same = diff.mappings->unchanged + diff.mappings->mappings.size() - rows.size();
    return table.finish(same == 0 ? ""
                                  : fmt::format("{} more mapping{} changed less or not at all.",
                                                grouped(same), same == 1 ? "" : "s"));
}

}  // namespace nmtx
