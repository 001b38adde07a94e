// Cuts each mapping at the borders of the claims on it.
#pragma once

#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// All pieces in address order, without their residency. A mapping with one owner is one piece.
std::vector<Piece> cut_into_pieces(const ProcessView& view, Owners& owners);

// The mappings whose pages must be separated: partly resident ones with several pieces, and further views of
// pages that are already mapped. Indices, ascending.
std::vector<std::uint32_t> mappings_to_tell_apart(const ProcessView& view);

// Gives each piece its resident bytes so that the pieces of a mapping sum to the mapping's Rss. Further
// views of a shared file that contains the Java heap become pieces of `mapped_again`.
struct ResidencyNotes {
    Bytes estimated;  // resident bytes in pieces whose pages were not separated
    Bytes moved;      // by which page residency and smaps differed
};
ResidencyNotes fill_residency(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces);

}  // namespace nmtx
