// A heap of an arena is aligned to 64 MiB, and of them what is not in use yet has no access:
//
//   7f2d54000000 [ rw-p, 132 KiB or more ][ ---p ] 7f2d58000000
//
// What malloc maps for one large block has no shape of its own. Where NMT's map is there, everything private,
// writable and anonymous from 128 KiB on (M_MMAP_THRESHOLD) that neither the JVM nor a stack nor an arena has
// is taken for that; native code that maps memory itself looks the same.
#include "ledger/claims_of_pastes.h"

#include "ledger/claims.h"

namespace nmtx {
namespace {

constexpr std::uint64_t heap_span = std::uint64_t{64} << 20U;

bool plain(const Mapping& mapping) {
    return mapping.anonymous_mapping() && !mapping.protection.shared;
}

bool writable(const Mapping& mapping) {
    return plain(mapping) && mapping.protection.read && mapping.protection.write &&
           !mapping.protection.execute;
}

bool begins_heap(const std::vector<Mapping>& mappings, std::size_t i) {
    const Mapping& mapping = mappings[i];
    if (!writable(mapping) || mapping.range.begin.value % heap_span != 0 || mapping.range.begin.value == 0)
        return false;
    const Address end = mapping.range.begin + Bytes(heap_span);
    if (mapping.range.end == end) return false;  // full, or the Java heap: nothing tells
    if (i + 1 == mappings.size() || end < mapping.range.end) return false;
    const Mapping& behind = mappings[i + 1];
    return behind.range.begin == mapping.range.end && plain(behind) && behind.protection.none() &&
           behind.range.end >= end;
}

}  // namespace

Layer<Claim> claims_of_pasted_malloc(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> layer;
    if (!is_pasted(view) || !view.smaps || view.malloc_layout) return layer;
    const auto& mappings = view.smaps->mappings;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        if (!begins_heap(mappings, i)) continue;
        const Address begin = mappings[i].range.begin;
        layer.push_back(
            {{begin, begin + Bytes(heap_span)}, {owners.id("malloc/arena"), Evidence::smaps_shape, true}});
    }
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
