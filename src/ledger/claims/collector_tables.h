// The tables that a collector keeps beside its heap: card tables, block offsets, marks. Their sizes follow
// from the heap's to the page, so that a mapping of just that size is stronger evidence than a layout.
#pragma once

#include <vector>

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

struct CollectorTable {
    Bytes reserved;
    Bytes committed;  // by what of the heap is committed now
    Bytes margin;     // as much more or less may be: the ends of committed parts are rounded to pages
    Bytes
        untouched;  // of it: used only when the collector is short of room, so that nothing of it is resident
};

// Those of this collector, release and heap whose place VM.info does not give. Empty where the JVM has not
// said how large its heap is, and for collectors whose tables do not follow from that (ZGC, Epsilon).
std::vector<CollectorTable> collector_tables(const ProcessView& view);

// Mappings of the sizes of these tables, each table once, within what `above` leaves. No more than `left` is
// committed of them; it becomes what is left.
Layer<Claim> claims_of_collector_tables(const ProcessView& view, const Layer<Claim>& above, Bytes& left,
                                        Owners& owners);

}  // namespace nmtx
