#include "ledger/partition/reconcile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "hotspot/nmt/nmt_missing.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/committed_caps.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/joined_pieces.h"
#include "ledger/partition/malloc_parts.h"
#include "ledger/partition/pieces.h"

namespace nmtx {
namespace {

// Which one leaf stands for all the mmap memory of a category, so that NMT's figures may stand in its row.
std::map<std::string, OwnerId> sole_owners(const Owners& owners) {
    std::map<std::string, OwnerId> sole;
    std::map<std::string, int> count;
    for (OwnerId id = 0; id < owners.size(); ++id) {
        const std::string& category = owners.nmt_category(id);
        if (category.empty()) continue;
        ++count[category];
        sole[category] = id;
    }
    std::erase_if(sole, [&](const auto& entry) { return count[entry.first] != 1; });
    return sole;
}

Bytes mmap_reserved(const NmtCategory& category) {
    return category.mmap_reserved + category.stack_reserved.value_or(Bytes());
}

Bytes mmap_committed(const NmtCategory& category) {
    return category.mmap_committed + category.stack_committed.value_or(Bytes());
}

std::string join_evidence(std::uint32_t mask) {
    std::string joined;
    for (std::uint32_t i = static_cast<std::uint32_t>(Evidence::none) + 1; i < 32; ++i) {
        if ((mask >> i & 1U) == 0) continue;
        if (!joined.empty()) joined += ", ";
        joined += name_of(static_cast<Evidence>(i));
    }
    return joined;
}

void fill_rows(Ledger& ledger, const ProcessView& view) {
    const bool rss_known = view.smaps->rss_known;
    struct Sum {
        Row row;
        std::uint32_t evidence = 0;
    };
    std::vector<Sum> sums(ledger.owners.size());
    for (const Piece& piece : ledger.pieces) {
        Sum& sum = sums[piece.claim.owner];
        sum.row.resident += piece.resident;
        sum.row.mapped += piece.range.size();
        if (rss_known && piece.resident == Bytes()) continue;
        ++sum.row.pieces;
        sum.evidence |= 1U << static_cast<std::uint32_t>(piece.claim.evidence);
        sum.row.estimated = sum.row.estimated || piece.claim.estimated;
    }
    if (view.nmt) {
        for (const auto& [category, owner] : sole_owners(ledger.owners)) {
            const NmtCategory* figures = view.nmt->find(category);
            if (figures == nullptr) continue;
            sums[owner].row.reserved = mmap_reserved(*figures);
            sums[owner].row.committed = mmap_committed(*figures);
        }
    }
    for (OwnerId id = 0; id < sums.size(); ++id) {
        Sum& sum = sums[id];
        sum.row.path = ledger.owners.path(id);
        sum.row.nmt_category = ledger.owners.nmt_category(id);
        sum.row.evidence = join_evidence(sum.evidence);
        const bool mapped = !rss_known && sum.row.mapped != Bytes();
        const bool nothing = sum.row.resident == Bytes() && !sum.row.committed.has_value() && !mapped;
        if (!nothing || id == unexplained_owner) ledger.rows.push_back(std::move(sum.row));
    }
}

void sort_rows(std::vector<Row>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return a.resident != b.resident ? a.resident > b.resident : a.path < b.path;
    });
}

void fill_categories(Ledger& ledger, const ProcessView& view) {
    if (!view.nmt) return;
    std::map<std::string, Bytes> resident;
    for (const Row& row : ledger.rows) {
        // Without an address of it nothing is known of what is resident.
        if (!row.nmt_category.empty() && row.mapped != Bytes()) resident[row.nmt_category] += row.resident;
    }
    // Where no address of NMT's is known only what the VM's bounds cover can be compared.
    for (const NmtCategory& category : view.nmt->categories) {
        CategoryRow row;
        row.name = category.name;
        row.reserved = category.reserved;
        row.committed = category.committed;
        row.malloc = category.malloc + category.arena;
        row.mmap_reserved = mmap_reserved(category);
        row.mmap_committed = mmap_committed(category);
        if (const auto it = resident.find(category.name); it != resident.end()) {
            row.resident = it->second;
        } else if (knows_nmt_addresses(view)) {
            row.resident = Bytes();
        }
        ledger.categories.push_back(std::move(row));
    }
}

void fill_gap(Ledger& ledger, const ProcessView& view) {
    ledger.malloc.resident = ledger.resident_below(owner_path::malloc);
    if (!view.nmt) return;
    ledger.gap.classic = difference(ledger.rss, view.nmt->committed);
    // In a truncated report, the malloc of its missing categories is unknown.
    const NmtMallocBounds bounds = malloc_bounds(*view.nmt);
    if (bounds.least != bounds.most) return;
    const Bytes nmt_malloc = bounds.most;
    ledger.malloc.nmt = nmt_malloc;
    const Bytes high = minus_or_zero(ledger.rss, ledger.jvm);
    ledger.gap.high = difference(high, Bytes());
    // Blocks as they were found have malloc's headers, which NMT does not count.
    ledger.gap.low = difference(high, std::max(nmt_malloc, ledger.malloc.nmt_resident()));
    ledger.gap.likely = difference(high, ledger.malloc.nmt_resident());
}

}  // namespace

Expected<Ledger> reconcile(const ProcessView& view) {
    if (!view.smaps)
        return failure("smaps", "the capture has no smaps, and RSS cannot be explained without it",
                       "take it again: nmtx capture PID -o FILE");
    Ledger ledger;
    ledger.rss = view.smaps->rss;
    ledger.pieces = cut_into_pieces(view, ledger.owners);
    doubt_joined_pieces(view, ledger.owners, ledger.pieces);
    const ResidencyNotes notes = fill_residency(view, ledger.owners, ledger.pieces);
    cap_by_committed(view, ledger.owners, ledger.pieces);
    ledger.estimated = notes.estimated;
    ledger.moved = notes.moved;
    fill_rows(ledger, view);
    if (const MallocWalk* walk = view.walk()) ledger.malloc.parts = divide_malloc(ledger.rows, *walk);
    sort_rows(ledger.rows);
    ledger.mapped_again = ledger.resident_of(owner_path::java_heap_again);
    ledger.unexplained = ledger.resident_of(owner_path::unexplained);
    ledger.files = ledger.resident_below(owner_path::file);
    ledger.jvm = ledger.resident_below(owner_path::jvm);
    fill_categories(ledger, view);
    fill_gap(ledger, view);
    const auto rss_of = [&](const std::optional<Statm>& statm) -> std::optional<Bytes> {
        if (!statm || statm->resident_pages > ~std::uint64_t{0} / view.header.page_size) return std::nullopt;
        return Bytes(statm->resident_pages * view.header.page_size);
    };
    ledger.rss_before = rss_of(view.statm_before);
    ledger.rss_after = rss_of(view.statm_after);

    Bytes sum;
    for (const Row& row : ledger.rows) sum += row.resident;
    if (sum != ledger.rss) {
        return failure("ledger",
                       fmt::format("the rows sum to {} bytes but RSS is {}: this is a bug in nmtx",
                                   sum.value(), ledger.rss.value()),
                       "please report it with the file that `nmtx capture` writes");
    }
    return ledger;
}

}  // namespace nmtx
