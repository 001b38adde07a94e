// Where a capture needs page residency or memory before its ledger can be made.
#pragma once

#include <vector>

#include "base/address.h"
#include "process/process_view.h"

namespace nmtx {

// Ranges of mappings with more than one owner, whose pages must be separated; ascending.
std::vector<Range> ranges_to_tell_apart(const ProcessView& view);

// Partly resident mappings with stacks: their pages show how deep each stack was.
std::vector<Range> ranges_of_stacks(const ProcessView& view);

// Private, writable, anonymous ranges that nothing better claims: where malloc may have put a heap or a
// chunk. Ascending, disjoint.
std::vector<Range> malloc_candidates(const ProcessView& view);

}  // namespace nmtx
