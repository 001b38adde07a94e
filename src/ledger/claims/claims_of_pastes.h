// Claims for pasted mappings, where there is no memory with malloc's headers to read. All are estimates.
// Empty where nothing was pasted.
#pragma once

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// The Java heap, where NMT has its size and nothing shows its place.
Layer<Claim> claims_of_pasted_heap(const ProcessView& view, Owners& owners);

// glibc's arenas by their shape. Their reserved part ends above the next heap and looks like the guard below
// a stack, so this layer is above the stacks.
Layer<Claim> claims_of_pasted_arenas(const ProcessView& view, Owners& owners);

// A mapping of malloc's for one large block has no recognisable shape. With NMT's map, everything private,
// writable and anonymous from 128 KiB on (M_MMAP_THRESHOLD) that belongs neither to the JVM nor to a stack
// or an arena is taken for one; memory that native code maps itself looks the same.
Layer<Claim> claims_of_pasted_chunks(const ProcessView& view, const Layer<Claim>& above, Owners& owners);

}  // namespace nmtx
