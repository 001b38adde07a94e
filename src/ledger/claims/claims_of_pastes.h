// Claims for mappings that somebody pasted: there is no memory in which malloc's own headers could be looked
// at. All of it is an estimate. Empty where nothing was pasted.
#pragma once

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// The Java heap, where NMT tells its size and nothing its place.
Layer<Claim> claims_of_pasted_heap(const ProcessView& view, Owners& owners);

// glibc's arenas by their shape. What they reserve ends above the next heap and looks like the guard below a
// stack, so they stand above those.
Layer<Claim> claims_of_pasted_arenas(const ProcessView& view, Owners& owners);

// What malloc maps for one large block has no shape of its own. Where NMT's map is there, everything private,
// writable and anonymous from 128 KiB on (M_MMAP_THRESHOLD) that neither the JVM nor a stack nor an arena has
// is taken for that; native code that maps memory itself looks the same.
Layer<Claim> claims_of_pasted_chunks(const ProcessView& view, const Layer<Claim>& above, Owners& owners);

}  // namespace nmtx
