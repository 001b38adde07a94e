#include "ledger/arena_shape.h"

#include "allocator/malloc_layout.h"

namespace nmtx {

std::vector<Range> arena_heaps_by_shape(const Smaps& smaps) {
    std::vector<Range> heaps;
    const auto& mappings = smaps.mappings;
    for (std::size_t i = 0; i + 1 < mappings.size(); ++i) {
        const Mapping& used = mappings[i];
        const Mapping& rest = mappings[i + 1];
        const Range heap{used.range.begin, used.range.begin + arena_heap_span};
        const bool on_its_border = heap.begin.value != 0 && heap.begin.value % arena_heap_span.value() == 0;
        const Protection& p = used.protection;
        if (!on_its_border || !used.private_anonymous() || !p.read || !p.write || p.execute) continue;
        const bool reserved = rest.private_anonymous() && rest.protection.none();
        if (reserved && used.range.end < heap.end && rest.range.begin == used.range.end &&
            heap.end <= rest.range.end)
            heaps.push_back(heap);
    }
    return heaps;
}

}  // namespace nmtx
