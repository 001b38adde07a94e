#include "report/reconciliation/owners_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/amounts.h"
#include "base/printable.h"
#include "ledger/partition/untracked_owners.h"

namespace nmtx {
namespace {

constexpr std::size_t widest_owner = 26, least_kind = 14;

struct OwnerCells {
    std::string owner, kind, blocks, resident, evidence;
    bool java = false;
};

bool is_in_java_heap(const UntrackedOwner& entry) {
    return entry.evidence.starts_with("Java heap");
}

OwnerCells cells_of(const UntrackedOwner& entry, const TextStyle& style) {
    const std::string blocks = grouped(entry.chunks.blocks);
    return {entry.owner.empty() ? "owner unknown"
                                : fit(printable(entry.owner), widest_owner, is_in_java_heap(entry)),
            entry.kind.empty() ? "-" : printable(entry.kind),
            entry.block == Bytes()
                ? blocks
                : fmt::format("{} {} {} B", blocks, style.unicode ? "×" : "x", grouped(entry.block.value())),
            in_mib(entry.chunks.resident),
            entry.evidence.empty() ? "-" : printable(entry.evidence),
            is_in_java_heap(entry)};
}

class OwnersTable {
  public:
    OwnersTable(std::vector<OwnerCells> rows, const TextStyle& style)
        : rows_(std::move(rows)), style_(style) {
        for (const OwnerCells& row : rows_) {
            owner_ = std::max(owner_, display_width(row.owner));
            blocks_ = std::max(blocks_, display_width(row.blocks));
            resident_ = std::max(resident_, row.resident.size());
            evidence_ = std::max(evidence_, display_width(row.evidence));
        }
        // Between the columns are 2 + 1 + 1 + 1 + 2 blanks.
        const std::size_t others = owner_ + blocks_ + resident_ + evidence_ + 7;
        const std::size_t room = std::max(style.width - std::min(style.width, others), least_kind);
        for (const OwnerCells& row : rows_) {
            if (const std::size_t width = display_width(row.kind); width <= room)
                kind_ = std::max(kind_, width);
        }
    }

    [[nodiscard]] std::string print() const {
        std::string out;
        for (const OwnerCells& row : rows_) {
            const bool fits = display_width(row.kind) <= kind_;
            const std::string blanks(blocks_ - display_width(row.blocks), ' ');
            out += line(fmt::format("  {} {} {}{} {:>{}}  {}", padded(row.owner, owner_),
                                    padded(fits ? row.kind : "", kind_), blanks, row.blocks, row.resident,
                                    resident_, row.evidence),
                        style_);
            if (!fits) out += name_below_row(row.kind, row.java, style_);
        }
        return out;
    }

  private:
    std::vector<OwnerCells> rows_;
    const TextStyle& style_;
    std::size_t owner_ = 0, kind_ = 0, blocks_ = 0, resident_ = 0, evidence_ = 0;
};

}  // namespace

std::string owners_text(const MallocWalk& walk, std::string_view live, std::size_t most,
                        const TextStyle& style) {
    const std::vector<UntrackedOwner> owners = untracked_by_owner(walk);
    const std::size_t shown = std::min(owners.size(), most);
    std::vector<OwnerCells> rows{
        {fmt::format("owners, {}", live), "kind", "blocks", "MiB res.", "evidence", false}};
    for (std::size_t i = 0; i < shown; ++i) rows.push_back(cells_of(owners[i], style));
    std::string out = OwnersTable(std::move(rows), style).print();
    if (owners.size() > shown) out += line(fmt::format("  {} more (--all)", owners.size() - shown), style);
    return out;
}

std::string name_below_row(std::string_view name, bool java, const TextStyle& style) {
    return line("    " + fit(name, style.width - std::min<std::size_t>(style.width, 4), java), style);
}

}  // namespace nmtx
