// The Java heap in pasted mappings with an NMT report without addresses.
#pragma once

#include <optional>

#include "process/process_view.h"

namespace nmtx {

// Neighbouring mappings with the heap's reserved size in NMT, of which as much is accessible as NMT has
// committed. Nothing where the place is known otherwise, where no mappings match, or where several match
// equally well.
std::optional<Range> java_heap_by_size(const ProcessView& view);

}  // namespace nmtx
