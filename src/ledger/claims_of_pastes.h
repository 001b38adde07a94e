// Claims for mappings that somebody pasted: there is no memory in which malloc's own headers could be looked
// at.
#pragma once

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// glibc's arenas by their shape; and, where NMT tells every address that the JVM has mapped, what is left of
// large private memory as chunks that malloc has mapped. All of it is an estimate. Empty where nothing was
// pasted.
Layer<Claim> claims_of_pasted_malloc(const ProcessView& view, const Layer<Claim>& above, Owners& owners);

}  // namespace nmtx
