// What malloc maps for one large block has no shape of its own. Where NMT's map is there, everything private,
// writable and anonymous from 128 KiB on (M_MMAP_THRESHOLD) that neither the JVM nor a stack nor an arena has
// is taken for that; native code that maps memory itself looks the same.
#include "ledger/claims_of_pastes.h"

#include "ledger/arena_shape.h"
#include "ledger/claims.h"

namespace nmtx {
namespace {

bool writable(const Mapping& mapping) {
    return mapping.private_anonymous() && mapping.protection.read && mapping.protection.write &&
           !mapping.protection.execute;
}

}  // namespace

Layer<Claim> claims_of_pasted_malloc(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> layer;
    if (!is_pasted(view) || !view.smaps || view.malloc_layout) return layer;
    const auto& mappings = view.smaps->mappings;
    for (const Range heap : arena_heaps_by_shape(*view.smaps))
        layer.push_back({heap, {owners.id("malloc/arena"), Evidence::smaps_shape, true}});
    normalise(layer);
    if (!view.nmt_map) return layer;
    const Layer<Claim> taken = overlay(above, layer);
    Layer<Claim> chunks;
    std::size_t first = 0;
    for (const Mapping& mapping : mappings) {
        if (!writable(mapping)) continue;
        for_each_gap(taken, first, mapping.range, [&](Range gap) {
            if (gap.size() >= kib(128))
                chunks.push_back({gap, {owners.id("malloc/mmapped chunk"), Evidence::smaps_shape, true}});
        });
    }
    normalise(chunks);
    return overlay(layer, chunks);
}

}  // namespace nmtx
