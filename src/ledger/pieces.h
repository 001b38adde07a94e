// Cuts every mapping at the borders of the claims on it.
#pragma once

#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// All pieces in address order, without their residency. A mapping that one owner holds is one piece.
std::vector<Piece> cut_into_pieces(const ProcessView& view, Owners& owners);

// Gives each piece its resident bytes so that the pieces of a mapping sum to the mapping's Rss. Further views
// of a shared file that the Java heap lies in become pieces of `mapped_again`.
struct ResidencyNotes {
    Bytes estimated;  // resident bytes in pieces whose pages were not told apart
    Bytes moved;      // by which page residency and smaps differed
};
ResidencyNotes fill_residency(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces);

// Do the pieces [first, last) of one mapping need their pages told apart?
bool needs_pages(const Mapping& mapping, const Piece* first, const Piece* last);

// Mappings that show the same pages of a file as an earlier one does, of those that belong to the Java heap:
// indices, ascending, with the first views. Empty but for ZGC before generations.
std::vector<std::uint32_t> multiply_mapped(const ProcessView& view, const Owners& owners,
                                           const std::vector<Piece>& pieces);

}  // namespace nmtx
