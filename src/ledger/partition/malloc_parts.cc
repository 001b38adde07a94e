#include "ledger/partition/malloc_parts.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/claims/claims.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

// More leaves than these are not useful; a forged document may have a million.
constexpr std::size_t most_owners = 20;
constexpr std::size_t most_categories = 64;

struct Leaf {
    std::string path;
    Bytes resident;
};

std::string in_small_letters(std::string_view text) {
    std::string small;
    for (const char c : text) small += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
}

void sort_by_size(std::vector<Leaf>& leaves) {
    std::sort(leaves.begin(), leaves.end(), [](const Leaf& a, const Leaf& b) {
        return a.resident != b.resident ? a.resident > b.resident : a.path < b.path;
    });
}

// The leaves below `parent`, the largest `most` of them by name; what remains is `rest`.
void add_named(std::vector<Leaf>& leaves, std::string_view parent,
               const std::map<std::string, Bytes>& by_name, std::size_t most, const std::string& rest) {
    std::vector<Leaf> named;
    named.reserve(by_name.size());
    for (const auto& [name, resident] : by_name) named.push_back({path_below(parent, name), resident});
    sort_by_size(named);
    Bytes others;
    for (std::size_t i = most; i < named.size(); ++i) others += named[i].resident;
    named.resize(std::min(named.size(), most));
    named.push_back({path_below(parent, rest), others});
    leaves.insert(leaves.end(), named.begin(), named.end());
}

void add_live(std::vector<Leaf>& leaves, const MallocWalk& walk) {
    std::map<std::string, Bytes> categories, libraries;
    Bytes in_categories, in_entries;
    for (const TrackedCategory& category : walk.tracked) {
        categories[in_small_letters(category.name)] += category.chunks.resident;
        in_categories += category.chunks.resident;
    }
    add_named(leaves, owner_path::nmt_tracked, categories, most_categories, "other categories");
    leaves.back().resident += minus_or_zero(walk.live_tracked().resident, in_categories);

    for (const UntrackedOwner& entry : walk.untracked) {
        if (!entry.owner.empty()) libraries[entry.owner] += entry.chunks.resident;
        in_entries += entry.chunks.resident;
    }
    const std::string_view parent = walk.headers.empty() ? owner_path::live : owner_path::untracked;
    add_named(leaves, parent, libraries, most_owners, "other libraries");
    leaves.push_back({path_below(parent, "not attributed"), not_attributed(walk)});
    leaves.back().resident += minus_or_zero(walk.live_untracked().resident, in_entries);
}

std::vector<Leaf> leaves_of(const MallocWalk& walk) {
    std::vector<Leaf> leaves;
    add_live(leaves, walk);
    leaves.push_back({std::string(owner_path::freed_tcache), walk.of_arenas(&ArenaFigures::tcache).resident});
    leaves.push_back({std::string(owner_path::freed_fastbins), walk.of_arenas(&ArenaFigures::fast).resident});
    leaves.push_back({std::string(owner_path::freed_bins), walk.of_arenas(&ArenaFigures::binned).resident});
    leaves.push_back({std::string(owner_path::freed_top), walk.of_arenas(&ArenaFigures::top).resident});
    leaves.push_back(
        {std::string(owner_path::malloc_overhead), walk.of_arenas(&ArenaFigures::overhead).resident});
    leaves.push_back({std::string(owner_path::not_walked), walk.not_walked()});
    return leaves;
}

// Makes the leaves sum to `whole`. From the smallest on each keeps what is left for it, so that it is the
// largest that give away. Returns by how much they were too large.
Bytes settle(std::vector<Leaf>& leaves, Bytes whole) {
    Bytes seen;
    for (const Leaf& leaf : leaves) seen += leaf.resident;
    if (seen <= whole) {
        leaves.back().resident += minus_or_zero(whole, seen);
        return {};
    }
    sort_by_size(leaves);
    Bytes left = whole;
    for (auto leaf = leaves.rbegin(); leaf != leaves.rend(); ++leaf) {
        leaf->resident = std::min(leaf->resident, left);
        left = minus_or_zero(left, leaf->resident);
    }
    return minus_or_zero(seen, whole);
}

MallocParts parts_of(const std::vector<Leaf>& leaves) {
    MallocParts parts;
    for (const Leaf& leaf : leaves) {
        parts.whole += leaf.resident;
        Bytes& part = is_below(leaf.path, owner_path::nmt_tracked) ? parts.tracked
                      : is_below(leaf.path, owner_path::untracked) || is_below(leaf.path, owner_path::live)
                          ? parts.untracked
                      : is_below(leaf.path, owner_path::freed)   ? parts.free
                      : leaf.path == owner_path::malloc_overhead ? parts.overhead
                                                                 : parts.not_walked;
        part += leaf.resident;
    }
    return parts;
}

// What NMT counts for a category. The arenas that the other categories' lines tell lie in blocks of "Arena
// Chunk".
std::optional<Bytes> nmt_malloc_of(const NmtReport& nmt, const NmtCategory& category) {
    Bytes sum = category.malloc;
    if (category.name == "Arena Chunk") {
        for (const NmtCategory& each : nmt.categories) sum += each.arena;
    }
    return sum;
}

}  // namespace

MallocParts divide_malloc(std::vector<Row>& rows, const MallocWalk& walk) {
    Bytes whole;
    bool estimated = false;
    const auto divided = [&](const Row& row) {
        return row.path == path_of(RegionKind::main_arena) || row.path == path_of(RegionKind::arena) ||
               row.path == path_of(RegionKind::mmapped_chunk);
    };
    for (const Row& row : rows) {
        if (!divided(row)) continue;
        whole += row.resident;
        estimated = estimated || row.estimated;
    }
    std::erase_if(rows, divided);
    std::vector<Leaf> leaves = leaves_of(walk);
    const Bytes moved = settle(leaves, whole);
    MallocParts parts = parts_of(leaves);
    parts.moved = moved;
    parts.told_apart = !walk.headers.empty();
    for (Leaf& leaf : leaves) {
        if (leaf.resident == Bytes()) continue;
        // Only a forged name is that of a row which is there already.
        const auto same =
            std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.path == leaf.path; });
        if (same != rows.end()) {
            same->resident += leaf.resident;
            continue;
        }
        Row row;
        row.path = std::move(leaf.path);
        row.resident = leaf.resident;
        row.evidence = name_of(Evidence::malloc_walk);
        row.estimated = estimated;
        rows.push_back(std::move(row));
    }
    return parts;
}

std::vector<TrackedCheck> check_tracked(const ProcessView& view) {
    std::vector<TrackedCheck> checks;
    const MallocWalk* walk = view.walk();
    if (walk == nullptr || walk->headers.empty()) return checks;
    const auto compare = [&](TrackedCheck check) {
        const NmtCategory* category = view.nmt ? view.nmt->find(check.name) : nullptr;
        if (category != nullptr) {
            check.nmt = nmt_malloc_of(*view.nmt, *category);
            check.nmt_blocks = category->malloc_count;
            check.difference = difference(check.requested, *check.nmt);
        }
        checks.push_back(std::move(check));
    };
    std::set<std::string_view> found;
    for (const TrackedCategory& category : walk->tracked) {
        found.insert(category.name);
        compare({category.name,
                 category.requested,
                 category.chunks.blocks,
                 category.chunks.resident,
                 {},
                 {},
                 {}});
    }
    if (!view.nmt) return checks;
    for (const NmtCategory& category : view.nmt->categories) {
        if (category.malloc == Bytes() || found.count(category.name) > 0) continue;
        compare({category.name, {}, 0, {}, {}, {}, {}});
    }
    return checks;
}

Bytes mmapped_found(const MallocWalk& walk) {
    Bytes sum;
    for (const WalkedRegion& region : walk.regions) {
        if (region.kind == RegionKind::mmapped_chunk) sum += region.range.size();
    }
    return sum;
}

Bytes not_attributed(const MallocWalk& walk) {
    Bytes sum;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (entry.owner.empty()) sum += entry.chunks.resident;
    }
    return sum;
}

}  // namespace nmtx
