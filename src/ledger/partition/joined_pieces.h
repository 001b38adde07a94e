// Pieces that System.map gives to the JVM although they contain other memory (process/joined_regions.h).
#pragma once

#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// Where the pieces of a category have more writable memory than NMT has committed for it, its largest ones
// become estimates until the certain ones fit, because nothing shows which part belongs to the JVM.
void doubt_joined_pieces(const ProcessView& view, const Owners& owners, std::vector<Piece>& pieces);

}  // namespace nmtx
