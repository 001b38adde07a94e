#include "findings/figures/heap_figures.h"

#include <algorithm>

#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

std::optional<Bytes> bytes_flag(const ProcessView& view, std::string_view name) {
    return view.vm_flags ? view.vm_flags->size(name) : std::nullopt;
}

std::optional<Bytes> committed_of(const ProcessView& view) {
    if (view.nmt) {
        if (const NmtCategory* const heap = view.nmt->find("Java Heap"))
            return std::max(heap->committed, heap->mmap_committed);
    }
    if (!view.heap_info) return std::nullopt;
    std::optional<Bytes> sum;
    for (const HeapSpace& space : view.heap_info->spaces) {
        if (space.total) sum = sum.value_or(Bytes()) + *space.total;
    }
    return sum;
}

}  // namespace

HeapFigures heap_figures(const Moment& moment) {
    HeapFigures heap;
    heap.resident = moment.ledger->resident_of(owner_path::java_heap);
    heap.committed = committed_of(*moment.view);
    if (moment.view->heap_info) heap.used = moment.view->heap_info->used();
    if (moment.view->perf) {
        if (const auto gc = gc_counters(*moment.view->perf)) {
            heap.collections = gc->collections.value_or(0);
            if (heap.collections > 0) heap.used_after_gc = gc->used;
            if (gc->last_ended_s && moment.view->header.target_uptime_s > *gc->last_ended_s)
                heap.since_last_gc_s = moment.view->header.target_uptime_s - *gc->last_ended_s;
        }
    }
    heap.initial = bytes_flag(*moment.view, "InitialHeapSize");
    heap.most = bytes_flag(*moment.view, "MaxHeapSize");
    heap.least = bytes_flag(*moment.view, "MinHeapSize");  // 8 and 11 have none, and go by -Xms
    if (!heap.least) heap.least = heap.initial;
    return heap;
}

}  // namespace nmtx
