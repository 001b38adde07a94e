// Which owner claims which range, by which evidence. Each source is a layer; where layers overlap the upper
// one wins:
//
//   code heaps                  borders inside NMT's "Code"
//   NMT virtual memory map      exact regions (NMT=detail asked)
//   .bss of programs            behind their data, where the file says how much it is
//   metaspace nodes             by their size and place (where no NMT address is known)
//   the walk over malloc        its regions: main arena, arena heaps, mmapped chunks
//   malloc's own headers        arena heaps, mmapped chunks that no walk has seen
//   bounds that the VM prints   heap, CDS, class space, card table … (where no NMT address is known)
//   System.map                  tags of whole mappings; the kernel may have merged malloc's chunks with
//                               them, so it stands below the headers
//   stack pointers, guards      stacks that nobody else claims
//   ZGC's mark stacks           by their fixed size
//   sizes of tables             the collector's, which follow from the heap's (where no NMT address is known)
//   shapes                      reservations that are committed in part (where no NMT address is known), no
//                               more of them than the JVM says or its heap needs (layout_budget.h)
//   (a mapping's own name or neighbour: mapping_owner.h, for what no layer covers)
#pragma once

#include "base/range_map.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// All layers overlaid. Needs view.smaps.
Layer<Claim> claims_of(const ProcessView& view, Owners& owners);

// The separate layers; normalised.
Layer<Claim> claims_of_code_heaps(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_nmt_map(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_bss(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_vm_bounds(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_system_map(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_malloc_layout(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_stacks(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_metaspace_nodes(const ProcessView& view, const Layer<Claim>& above, Owners& owners);
// Until JDK 15, mappings with the sizes of nodes that are committed whole. None where they have more than
// `left`, what the JVM says it has committed.
Layer<Claim> claims_of_full_nodes(const ProcessView& view, const Layer<Claim>& above, Bytes left,
                                  Owners& owners);
// Where NMT's addresses are known by mapping: a node holds nothing else, whatever the kernel has joined.
Layer<Claim> claims_of_tagged_nodes(const ProcessView& view, Owners& owners);
Layer<Claim> claims_of_shapes(const ProcessView& view, const Layer<Claim>& above, Owners& owners);
Layer<Claim> claims_of_zgc_mark_stacks(const ProcessView& view, Owners& owners);

// The category of a class space whose place is not known from NMT: "Class", but nothing on JDK 8 and 11,
// where that category includes the metaspace and its figures are not those of the class space.
std::string_view category_of_class_space(const ProcessView& view);

// "malloc/main arena", "malloc/arena", "malloc/mmapped chunk": the owners of malloc's memory before a walk
// divides it.
std::string_view path_of(RegionKind kind);

// Does any document have addresses for NMT's categories?
bool knows_nmt_addresses(const ProcessView& view);

}  // namespace nmtx
