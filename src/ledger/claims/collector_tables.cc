#include "ledger/claims/collector_tables.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "process/jvm_flag.h"

namespace nmtx {
namespace {

constexpr Bytes page = kib(4);

Bytes whole_pages(Bytes size) {
    return Bytes((size.value() + page.value() - 1) / page.value() * page.value());
}

const HeapInfo* spaces_of(const ProcessView& view) {
    if (view.heap_info && !view.heap_info->spaces.empty()) return &*view.heap_info;
    return view.vm_info ? &view.vm_info->heap_info : nullptr;
}

std::optional<Range> heap_of(const ProcessView& view) {
    if (view.vm_info && view.vm_info->heap) return view.vm_info->heap;
    const HeapInfo* info = spaces_of(view);
    return info == nullptr ? std::nullopt : info->reserved();
}

Range old_generation(const ProcessView& view, Range heap) {
    if (const HeapInfo* info = spaces_of(view)) {
        for (const HeapSpace& space : info->spaces) {
            const bool old = space.name == "ParOldGen" || space.name == "Tenured" ||
                             space.name.starts_with("tenured") ||
                             space.name.starts_with("concurrent mark-sweep");
            if (old && space.reserved) return *space.reserved;
        }
    }
    return heap;
}

class Tables {
  public:
    Tables(const ProcessView& view, Range heap)
        : view_(view), heap_(heap), old_(old_generation(view, heap)) {}

    std::vector<CollectorTable> all() {
        const std::string gc = view_.gc();
        const int jdk = view_.java_feature().value_or(0);
        if (gc == "G1") g1(jdk);
        if (gc == "Parallel") parallel(jdk);
        if (gc == "Serial") generations(jdk, old_);
        if (gc == "CMS") cms(jdk);
        if (gc == "Shenandoah") shenandoah(jdk);
        leave_out_located();
        return std::move(tables_);
    }

  private:
    // One byte of the table for this many of the area; committed with it.
    void over(Range area, std::uint64_t bytes, Bytes more = {}) {
        CollectorTable& table = tables_.emplace_back();
        table.reserved = whole_pages(Bytes(area.size().value() / bytes) + more);
        table.margin = page + page;
        Bytes committed;
        for (const Mapping& mapping : view_.smaps->mappings) {
            if (mapping.range.begin >= area.end) break;
            if (!mapping.range.overlaps(area) || mapping.protection.none()) continue;
            committed += intersect(mapping.range, area).size();
            table.margin += page + page;
        }
        table.committed = std::min(Bytes(committed.value() / bytes), table.reserved);
    }

    void whole(Bytes size) {
        if (size != Bytes()) tables_.push_back({whole_pages(size), whole_pages(size), Bytes(), Bytes()});
    }

    // Its size is too common, and it is hardly ever used. -XX:+AlwaysPreTouch touches what is a VirtualSpace.
    void mark_stack(bool virtual_space) {
        const bool touched = virtual_space && view_.options && view_.options->pretouch;
        tables_.push_back({mib(32), mib(32), Bytes(), touched ? Bytes() : mib(32)});
    }

    // G1CollectedHeap::create_aux_memory_mapper: marks (two of them until JDK-8210708, 20), the card table,
    // block offsets, and a third one of their size: card counts until 20, a second card table from 26 on.
    // G1FromCardCache: a row for each region, padded. G1CMMarkStack: 4 Mi words, in 8 a VirtualSpace.
    void g1(int jdk) {
        over(heap_, 64);
        if (jdk < 20) over(heap_, 64);
        over(heap_, 512);
        over(heap_, 512);
        if (jdk < 21 || jdk >= 26) over(heap_, 512);
        if (const auto region = size_flag(view_, "G1HeapRegionSize"); region && *region != Bytes()) {
            const std::uint64_t regions = heap_.size().value() / region->value();
            whole(Bytes(regions * (128 + 8) + 128));
        }
        mark_stack(jdk < 9);
    }

    // CardTable, until 21 with a guard behind, and the block offsets of the old generation.
    void generations(int jdk, Range offsets) {
        over(heap_, 512, Bytes(jdk < 22 ? 1 : 0));
        over(offsets, 512);
    }

    // ObjectStartArray: of the old generation, from 26 on of the heap. ParMarkBitMap: two bits a word, from
    // 24 on one. ParallelCompactData: the regions (40 bytes for 512 KiB) and, until 21, the blocks.
    void parallel(int jdk) {
        generations(jdk, jdk < 26 ? old_ : heap_);
        whole(Bytes(heap_.size().value() / (jdk < 24 ? 32 : 64)));
        whole(Bytes(heap_.size().value() / (std::uint64_t{512} << 10U) * 40));
        if (jdk < 22) whole(Bytes(heap_.size().value() / 512));
    }

    // CMSCollector: marks, the mod union table (a bit for a card) and the mark stack of 4 Mi words.
    void cms(int jdk) {
        generations(jdk, old_);
        whole(Bytes(old_.size().value() / 64));
        whole(Bytes(old_.size().value() / 4096));
        mark_stack(true);
    }

    // ShenandoahHeap::initialize: marks, from 12 on two bits a word, the same again for a heap dump, where
    // one is made, and the regions. ShenandoahCardTable: one for reading and one for writing.
    void shenandoah(int jdk) {
        over(heap_, jdk < 12 ? 64 : 32);
        if (jdk < 12) over(heap_, 64);
        const std::uint64_t wanted = std::bit_floor(heap_.size().value() / 2048);
        const std::uint64_t region = std::clamp(wanted, std::uint64_t{256} << 10U, std::uint64_t{32} << 20U);
        const std::uint64_t of_a_region = jdk < 22 ? 128 : jdk < 26 ? 320 : 448;
        whole(Bytes(heap_.size().value() / region * of_a_region));
        if (jdk < 24) return;
        whole(Bytes(heap_.size().value() / 512 + 1));
        whole(Bytes(heap_.size().value() / 512 + 1));
    }

    // Parallel's marks are one table, of which VM.info gives two halves.
    void leave_out_located() {
        if (!view_.vm_info) return;
        if (view_.vm_info->card_table) leave_out(*view_.vm_info->card_table);
        std::optional<Range> half;
        for (const NamedRange& range : view_.vm_info->gc) {
            if (leave_out(range.range)) continue;
            if (half && half->end == range.range.begin) leave_out({half->begin, range.range.end});
            half = range.range;
        }
    }

    bool leave_out(Range located) {
        const Bytes size = whole_pages(located.size());
        const auto same = std::find_if(tables_.begin(), tables_.end(), [&](const CollectorTable& table) {
            return table.reserved <= size + page && size <= table.reserved + page;
        });
        if (same == tables_.end()) return false;
        tables_.erase(same);
        return true;
    }

    const ProcessView& view_;
    Range heap_, old_;
    std::vector<CollectorTable> tables_;
};

}  // namespace

std::vector<CollectorTable> collector_tables(const ProcessView& view) {
    const auto heap = heap_of(view);
    if (!heap || heap->empty() || !view.smaps) return {};
    return Tables(view, *heap).all();
}

}  // namespace nmtx
