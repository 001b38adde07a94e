#include "ledger/claims.h"

namespace nmtx {

bool knows_nmt_addresses(const ProcessView& view) {
    return view.nmt_map.has_value() || (view.system_map && view.system_map->nmt_enabled);
}

Layer<Claim> claims_of(const ProcessView& view, Owners& owners) {
    Layer<Claim> all = claims_of_code_heaps(view, owners);
    all = overlay(all, claims_of_nmt_map(view, owners));
    all = overlay(all, claims_of_malloc_layout(view, owners));
    if (!knows_nmt_addresses(view)) all = overlay(all, claims_of_vm_bounds(view, owners));
    all = overlay(all, claims_of_system_map(view, owners));
    all = overlay(all, claims_of_stacks(view, owners));
    all = overlay(all, claims_of_zgc_mark_stacks(view, owners));
    return overlay(all, claims_of_shapes(view, owners));
}

Layer<Claim> claims_of_malloc_layout(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!view.malloc_layout) return layer;
    const Claim arena{owners.id("malloc/arena"), Evidence::malloc_header, false};
    const Claim chunk{owners.id("malloc/mmapped chunk"), Evidence::malloc_header, false};
    for (const ArenaHeap& heap : view.malloc_layout->heaps) {
        // The part of the heap that is not in use yet is reserved without access and belongs to it as well.
        const Address base{heap.range.begin.value / arena_heap_span.value() * arena_heap_span.value()};
        layer.push_back({{heap.range.begin, base + arena_heap_span}, arena});
    }
    for (const Range& range : view.malloc_layout->mmapped_chunks) layer.push_back({range, chunk});
    normalise(layer);
    return layer;
}

}  // namespace nmtx
