// NMT says how much the JVM has committed in each category. No more than that can be resident, so the rest
// of a claim belongs to something else.
#pragma once

#include <vector>

#include "ledger/ledger.h"

namespace nmtx {

// Moves the excess over NMT's figures to "unexplained" pieces: for each category with its own rows, and for
// the JVM's other areas together. Estimated pieces are reduced first, the largest first. Thread stacks are
// exempt: NMT counts what was resident when it was asked, not what is committed, and from 26 on too little
// for adjacent stacks. A report from another time is not used.
void cap_by_committed(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces);

}  // namespace nmtx
