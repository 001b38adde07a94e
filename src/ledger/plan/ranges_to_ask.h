// Where a capture must look closer before its ledger can be made.
#pragma once

#include <vector>

#include "base/address.h"
#include "process/process_view.h"

namespace nmtx {

// Mappings that more than one owner shares and whose pages must therefore be separated: their ranges,
// ascending.
std::vector<Range> ranges_to_tell_apart(const ProcessView& view);

// Mappings that stacks lie in, and that are resident in part: where pages tell how deep a stack was.
std::vector<Range> ranges_of_stacks(const ProcessView& view);

// Private, writable, anonymous ranges that nothing better claims: where malloc may have put a heap or a
// chunk. Ascending, disjoint.
std::vector<Range> malloc_candidates(const ProcessView& view);

}  // namespace nmtx
