#include "ledger/claims/claims.h"

#include <algorithm>

#include "ledger/claims/claims_of_pastes.h"
#include "ledger/owner_paths.h"

namespace nmtx {

bool knows_nmt_addresses(const ProcessView& view) {
    return view.nmt_map.has_value() || (view.system_map && view.system_map->nmt_enabled);
}

Layer<Claim> claims_of(const ProcessView& view, Owners& owners) {
    Layer<Claim> all = claims_of_code_heaps(view, owners);
    all = overlay(all, claims_of_nmt_map(view, owners));
    all = overlay(all, claims_of_bss(view, owners));
    const Layer<Claim> bounds =
        knows_nmt_addresses(view) ? Layer<Claim>() : claims_of_vm_bounds(view, owners);
    all = overlay(all, claims_of_metaspace_nodes(view, bounds, owners));
    all = overlay(all, claims_of_malloc_layout(view, owners));
    all = overlay(all, bounds);
    all = overlay(all, claims_of_system_map(view, owners));
    all = overlay(all, claims_of_pasted_heap(view, owners));
    all = overlay(all, claims_of_pasted_arenas(view, owners));
    all = overlay(all, claims_of_stacks(view, owners));
    all = overlay(all, claims_of_zgc_mark_stacks(view, owners));
    all = overlay(all, claims_of_pasted_chunks(view, all, owners));
    return overlay(all, claims_of_shapes(view, all, owners));
}

namespace {

// The part of a heap that is not in use yet is reserved without access and belongs to it as well.
Range with_reservation(Range heap) {
    const Address base{heap.begin.value / arena_heap_span.value() * arena_heap_span.value()};
    return {heap.begin, std::max(heap.end, base + arena_heap_span)};
}

Layer<Claim> claims_of_malloc_walk(const ProcessView& view, Owners& owners) {
    const MallocWalk* walk = view.walk();
    if (walk == nullptr) return {};
    const auto claim = [&](RegionKind kind) {
        return Claim{owners.id(path_of(kind)), Evidence::malloc_walk, false};
    };
    Layer<Claim> regions, reservations;
    for (const WalkedRegion& region : walk->regions) {
        regions.push_back({region.range, claim(region.kind)});
        if (region.kind == RegionKind::arena)
            reservations.push_back({with_reservation(region.range), claim(region.kind)});
    }
    normalise(regions);
    normalise(reservations);
    return overlay(regions, reservations);
}

}  // namespace

std::string_view path_of(RegionKind kind) {
    switch (kind) {
        case RegionKind::main_arena:
            return owner_path::main_arena;
        case RegionKind::mmapped_chunk:
            return owner_path::mmapped_chunk;
        case RegionKind::arena:
            break;
    }
    return owner_path::arena;
}

Layer<Claim> claims_of_malloc_layout(const ProcessView& view, Owners& owners) {
    Layer<Claim> walked = claims_of_malloc_walk(view, owners);
    if (!view.malloc_layout) return walked;
    Layer<Claim> layer;
    const Claim arena{owners.id(path_of(RegionKind::arena)), Evidence::malloc_header, false};
    const Claim chunk{owners.id(path_of(RegionKind::mmapped_chunk)), Evidence::malloc_header, false};
    for (const ArenaHeap& heap : view.malloc_layout->heaps)
        layer.push_back({with_reservation(heap.range), arena});
    for (const Range& range : view.malloc_layout->mmapped_chunks) layer.push_back({range, chunk});
    normalise(layer);
    return overlay(walked, layer);
}

}  // namespace nmtx
