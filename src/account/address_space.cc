#include "account/address_space.h"

#include <algorithm>
#include <map>

#include "ledger/moment.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/reconcile.h"

namespace nmtx {
namespace {

constexpr std::string_view nobody = "private memory of no known owner";

// A group of owners, by their path.
std::string group_of(const std::string& path) {
    if (path == owner_path::unexplained) return std::string(nobody);
    if (is_below(path, owner_path::file)) return "files";
    const std::string_view area = name_below(path, owner_path::jvm);
    return area.empty() ? path : std::string(area.substr(0, area.find('/')));
}

// Shapes claim for the JVM what NMT says it cannot have: then they are somebody else's.
bool claims_too_much(const ProcessView& view, const std::string& path, bool estimated, Bytes accessible) {
    return view.nmt && estimated && is_below(path, owner_path::jvm) && accessible > view.nmt->committed;
}

std::vector<SpaceRow> rows_of(const Moment& moment) {
    struct Sum {
        Bytes accessible;
        std::size_t mappings = 0;
        bool estimated = false;
    };
    const ProcessView& view = *moment.view;
    const Ledger& ledger = *moment.ledger;
    std::map<std::string, Sum> by_path;
    for (const Piece& piece : ledger.pieces) {
        if (view.smaps->mappings[piece.mapping].protection.none()) continue;
        Sum& sum = by_path[ledger.owners.path(piece.claim.owner)];
        sum.accessible += piece.range.size();
        sum.estimated = sum.estimated || piece.claim.estimated;
        ++sum.mappings;
    }
    std::map<std::string, SpaceRow> groups;
    for (const auto& [path, sum] : by_path) {
        const bool wrong = claims_too_much(view, path, sum.estimated, sum.accessible);
        const std::string name = wrong ? std::string(nobody) : group_of(path);
        SpaceRow& row = groups[name];
        row.name = name;
        row.accessible += sum.accessible;
        row.mappings += sum.mappings;
    }
    std::vector<SpaceRow> rows;
    rows.reserve(groups.size());
    for (auto& [name, row] : groups) rows.push_back(std::move(row));
    std::ranges::stable_sort(rows, std::ranges::greater(), &SpaceRow::accessible);
    return rows;
}

}  // namespace

std::optional<AddressSpace> address_space_of(const PastedMoment& moment) {
    const ProcessView& view = moment.view;
    if (moment.reconcilable() || !view.smaps || view.smaps->rss_known) return std::nullopt;
    // Of a few lines of it nothing more is to be said than that they are there.
    if (moment.resident == ResidentFrom::piece && !view.nmt) return std::nullopt;
    const auto ledger = reconcile(view);
    if (!ledger) return std::nullopt;
    AddressSpace space;
    space.rows = rows_of({&view, &*ledger});
    space.machine = moment.machine_memory;
    if (view.nmt) {
        space.jvm_committed = view.nmt->committed;
        space.jvm_reserved = view.nmt->reserved;
    }
    for (const Mapping& mapping : view.smaps->mappings) {
        if (mapping.protection.none()) space.reserved += mapping.range.size();
        const bool too_large = space.jvm_reserved && mapping.range.size() > *space.jvm_reserved;
        if (too_large && mapping.private_anonymous() && !mapping.protection.none())
            space.too_large.push_back(mapping.range);
    }
    std::ranges::stable_sort(space.too_large, std::ranges::greater(), &Range::size);
    return space;
}

}  // namespace nmtx
