#include "ledger/partition/joined_pieces.h"

#include <algorithm>

#include "process/joined_regions.h"

namespace nmtx {

void doubt_joined_pieces(const ProcessView& view, const Owners& owners, std::vector<Piece>& pieces) {
    for (const auto& [category, surplus] : categories_joined_with_others(view)) {
        std::vector<std::size_t> held;
        Bytes size;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const Piece& piece = pieces[i];
            if (piece.claim.evidence != Evidence::system_map || piece.claim.estimated ||
                owners.nmt_category(piece.claim.owner) != category ||
                !view.smaps->mappings[piece.mapping].protection.write)
                continue;
            held.push_back(i);
            size += piece.range.size();
        }
        const NmtCategory* figures = view.nmt->find(category);
        const Bytes committed = figures == nullptr ? Bytes() : figures->mmap_committed;
        if (size < committed + joined_from) continue;  // what was joined has an owner of its own
        std::stable_sort(held.begin(), held.end(), [&](std::size_t a, std::size_t b) {
            return pieces[a].range.size() > pieces[b].range.size();
        });
        for (const std::size_t i : held) {
            if (size <= committed) break;
            pieces[i].claim.estimated = true;
            size = minus_or_zero(size, pieces[i].range.size());
        }
    }
}

}  // namespace nmtx
