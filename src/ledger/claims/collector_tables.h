// The tables that a collector keeps for its heap: card tables, block offsets, marks. Their sizes follow from
// the heap's to the page, so a mapping of exactly that size is stronger evidence than a layout.
#pragma once

#include <optional>
#include <vector>

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

struct CollectorTable {
    Bytes reserved;
    Bytes committed;  // as much as follows from the heap's committed part
    Bytes margin;     // the tolerance: the ends of committed parts are rounded to pages
    Bytes untouched;  // the part that is used only when the collector runs out of space, so that it is not
                      // resident
};

// The tables of this collector, release and heap whose place is not in VM.info. Empty where the size of the
// heap is unknown, and for collectors whose tables do not follow from it (ZGC, Epsilon).
std::vector<CollectorTable> collector_tables(const ProcessView& view);

struct FoundTables {
    Layer<Claim> layer;
    // At most committed by the tables that were not found, without `untouched`; nothing where the sizes are
    // unknown.
    std::optional<Bytes> missing;
};

// Mappings with the sizes of these tables, each table once, in space that `above` does not claim. Their
// committed total is at most `left`, which is reduced by it.
FoundTables claims_of_collector_tables(const ProcessView& view, const Layer<Claim>& above, Bytes& left,
                                       Owners& owners);

}  // namespace nmtx
