// NMT says how much the JVM has committed of each category. More than that cannot be resident of it: what a
// claim has beyond is somebody else's.
#pragma once

#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// Moves what is above NMT's figures from the pieces to pieces of nobody, "unexplained": of each category that
// has rows of its own, and of the JVM's other areas together. Pieces whose owner is an estimate give first,
// the largest first. Thread stacks are left alone: NMT does not count what is committed of them but what was
// resident when it was asked, and from 26 on too little of neighbours. So is a report of another time.
void cap_by_committed(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces);

}  // namespace nmtx
