// Pieces that System.map gives to the JVM, and that hold memory of somebody else (process/joined_regions.h).
#pragma once

#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// Where the pieces of a category have more memory that can be written than NMT has committed for it, its
// largest ones become estimates, until what is certain fits: which part of them is the JVM's nothing shows.
void doubt_joined_pieces(const ProcessView& view, const Owners& owners, std::vector<Piece>& pieces);

}  // namespace nmtx
