#include "ledger/claims/claims_of_pastes.h"

#include "ledger/allocators.h"
#include "ledger/claims/arena_shape.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/heap_by_size.h"
#include "ledger/mapping_owner.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

bool writable(const Mapping& mapping) {
    return mapping.private_anonymous() && mapping.protection.read && mapping.protection.write &&
           !mapping.protection.execute;
}

bool has_malloc_by_shape(const ProcessView& view) {
    if (!is_pasted(view) || !view.smaps || view.malloc_layout) return false;
    const std::string allocator = serving_allocator(view);
    return allocator.empty() || allocator == "glibc";
}

}  // namespace

Layer<Claim> claims_of_pasted_heap(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!is_pasted(view)) return layer;
    if (const auto heap = java_heap_by_size(view))
        layer.push_back(
            {*heap, {owners.id(owner_path::java_heap, "Java Heap"), Evidence::smaps_shape, true}});
    return layer;
}

Layer<Claim> claims_of_pasted_arenas(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!has_malloc_by_shape(view)) return layer;
    for (const Range heap : arena_heaps_by_shape(*view.smaps))
        layer.push_back({heap, {owners.id(owner_path::arena), Evidence::smaps_shape, true}});
    normalise(layer);
    return layer;
}

Layer<Claim> claims_of_pasted_chunks(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> chunks;
    if (!has_malloc_by_shape(view) || !view.nmt_map) return chunks;
    std::size_t first = 0;
    for (const Mapping& mapping : view.smaps->mappings) {
        if (!writable(mapping)) continue;
        for_each_gap(above, first, mapping.range, [&](Range gap) {
            if (gap.size() >= kib(128))
                chunks.push_back({gap, {owners.id(owner_path::mmapped_chunk), Evidence::smaps_shape, true}});
        });
    }
    normalise(chunks);
    return chunks;
}

}  // namespace nmtx
