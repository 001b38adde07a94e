#include <algorithm>
#include <array>
#include <map>

#include "change/diff_parts.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

// From `since` on (the first release that is known to) HotSpot counts as `now` memory that it counted as
// `before` in older ones. Where both names are left, memory that moved cannot be distinguished from memory
// that did not. Source: the reports that 8, 11, 17, 21 and 26 give of one program, and the tables of
// hotspot/nmt/nmt_tags.h.
struct Move {
    int since;
    std::string_view before, now;
};
constexpr std::array moves{
    Move{11, "Internal", "Other"},                // direct buffers, Unsafe.allocateMemory
    Move{17, "Class", "Metaspace"},               // all of it but the class space
    Move{17, "Synchronizer", "Synchronization"},  // its name
    Move{21, "GC", "GCCardSet"},                  // G1's remembered sets
};

std::string in_small_letters(std::string_view text) {
    std::string small;
    for (const char c : text) small += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " + ") + name;
    return text;
}

Bytes malloc_of(const NmtCategory& category) {
    return category.malloc + category.arena;
}

}  // namespace

CategoryAlignment::CategoryAlignment(std::optional<int> before, std::optional<int> after) {
    if (!before || !after) return;
    const int older = std::min(*before, *after), newer = std::max(*before, *after);
    for (const Move& move : moves) {
        if (older >= move.since || newer < move.since) continue;
        const auto has = [&](const std::vector<std::string>& group) {
            return std::find(group.begin(), group.end(), move.before) != group.end();
        };
        const auto group = std::find_if(groups_.begin(), groups_.end(), has);
        if (group == groups_.end()) {
            groups_.push_back({std::string(move.before), std::string(move.now)});
        } else {
            group->emplace_back(move.now);
        }
    }
}

std::string CategoryAlignment::category(std::string_view name) const {
    for (const auto& group : groups_) {
        if (std::find(group.begin(), group.end(), name) != group.end()) return joined(group);
    }
    return std::string(name);
}

std::string CategoryAlignment::path(std::string_view path) const {
    const std::string_view tracked = name_below(path, owner_path::nmt_tracked);
    if (tracked.empty()) return std::string(path);
    for (const auto& group : groups_) {
        for (const std::string& name : group) {
            if (in_small_letters(name) == tracked)
                return path_below(owner_path::nmt_tracked, in_small_letters(joined(group)));
        }
    }
    return std::string(path);
}

namespace {

// What divide_malloc makes of glibc's rows, and those rows themselves.
bool of_glibc(std::string_view path) {
    constexpr std::array parents{
        owner_path::main_arena,  owner_path::arena,           owner_path::mmapped_chunk,
        owner_path::nmt_tracked, owner_path::untracked,       owner_path::live,
        owner_path::freed,       owner_path::malloc_overhead, owner_path::not_walked};
    return std::any_of(parents.begin(), parents.end(),
                       [&](std::string_view parent) { return is_below(path, parent); });
}

}  // namespace

std::vector<OwnerChange> owner_changes(const Ledger& before, const Ledger& after,
                                       const CategoryAlignment& alignment) {
    // If only one snapshot has a walk, glibc's memory has parts there that cannot be compared.
    const bool malloc_as_one = before.malloc.parts.has_value() != after.malloc.parts.has_value();
    std::map<std::string, OwnerChange> by_path;
    const auto add = [&](const Ledger& ledger, Bytes AmountChange::* moment) {
        for (const Row& row : ledger.rows) {
            const bool as_one = malloc_as_one && of_glibc(row.path);
            OwnerChange& owner = by_path[as_one ? std::string(owner_path::glibc) : alignment.path(row.path)];
            owner.resident.*moment += row.resident;
            owner.estimated = owner.estimated || row.estimated;
        }
    };
    add(before, &AmountChange::before);
    add(after, &AmountChange::after);
    std::vector<OwnerChange> owners;
    for (auto& [path, owner] : by_path) {
        owner.path = path;
        owners.push_back(std::move(owner));
    }
    std::stable_sort(owners.begin(), owners.end(), [](const OwnerChange& a, const OwnerChange& b) {
        return a.resident.change() > b.resident.change();
    });
    return owners;
}

NmtChange nmt_changes(const NmtReport& before, const NmtReport& after, const CategoryAlignment& alignment) {
    std::map<std::string, CategoryChange> by_name;
    const auto add = [&](const NmtReport& report, Bytes AmountChange::* moment,
                         std::uint64_t CountChange::* count) {
        for (const NmtCategory& category : report.categories) {
            CategoryChange& change = by_name[alignment.category(category.name)];
            change.reserved.*moment += category.reserved;
            change.committed.*moment += category.committed;
            change.malloc.*moment += malloc_of(category);
            change.blocks.*count += category.malloc_count.value_or(0);
        }
    };
    add(before, &AmountChange::before, &CountChange::before);
    add(after, &AmountChange::after, &CountChange::after);
    NmtChange change;
    change.reserved = {before.reserved, after.reserved};
    change.committed = {before.committed, after.committed};
    change.unit = std::max(before.unit, after.unit);
    for (auto& [name, category] : by_name) {
        category.name = name;
        change.categories.push_back(std::move(category));
    }
    std::stable_sort(change.categories.begin(), change.categories.end(),
                     [](const CategoryChange& a, const CategoryChange& b) {
                         return a.committed.change() > b.committed.change();
                     });
    return change;
}

}  // namespace nmtx
