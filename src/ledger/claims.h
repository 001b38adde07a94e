// Who claims which range, by which evidence. Each source is a layer of its own; where layers overlap the
// upper one wins:
//
//   code heaps                 borders inside NMT's "Code"
//   NMT virtual memory map     exact regions                          (NMT=detail asked)
//   malloc's own headers       arena heaps, mmapped chunks
//   bounds that the VM prints  heap, CDS, class space, card table …   (VM.info, GC.heap_info; only where no
//   NMT address is known) System.map                 tags of whole mappings, which may hold malloc chunks
//   that the kernel merged with them: so below the headers stack pointers and shapes  stacks that nobody else
//   claims (a mapping's own name or neighbour: mapping_owner.h, for what no layer covers)
#pragma once

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// All layers laid over one another. Needs view.smaps.
Layer<Claim> claims_of(const ProcessView& view, Owners& owners);

// The layers alone; normalised.
Layer<Claim> claims_of_code_heaps(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_nmt_map(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_vm_bounds(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_system_map(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_malloc_layout(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_stacks(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_shapes(const ProcessView& view, Owners& owners);

// Does anything that we read give addresses to NMT's categories?
bool knows_nmt_addresses(const ProcessView& view);

}  // namespace nmtx
