// The Java heap in mappings that somebody pasted beside an NMT report without addresses.
#pragma once

#include <optional>

#include "process/process_view.h"

namespace nmtx {

// Neighbouring mappings that are as large as NMT says the heap is, and of which as much can be accessed as it
// has committed. Nothing where the place is known by other means, where no mappings fit, or where several do
// equally well.
std::optional<Range> java_heap_by_size(const ProcessView& view);

}  // namespace nmtx
