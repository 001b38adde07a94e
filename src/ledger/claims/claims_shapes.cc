// Claims by HotSpot's memory layout, for a JVM without NMT addresses. All are estimates, and together at
// most what the JVM says it has committed (layout_budget.h), because other programs have the same layout.
//
// HotSpot reserves address space without access and commits parts of it in place, so its areas look like
// this:
//
//   [ rw-p ][ ---p ][ rw-p ][ ------------p ]      metaspace nodes, card tables, bitmaps, the heap
//   [ rwxp ][ ----------------------------p ]      the code cache (JDK 8, which has no Compiler.codecache)
//
// A guard below a thread's stack is ---p as well, but has 4 to 64 KiB; glibc's arenas also have such a tail
// and are claimed by their headers.
#include "kernel/mappings/program_files.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/class_space.h"
#include "ledger/claims/collector_tables.h"
#include "ledger/claims/java_heap_place.h"
#include "ledger/claims/layout_budget.h"
#include "ledger/claims/layout_shapes.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

class ShapeClaims {
  public:
    ShapeClaims(const ProcessView& view, const LayoutBudget& budget, Owners& owners)
        : smaps_(*view.smaps),
          mappings_(view.smaps->mappings),
          programs_(*view.smaps, view.loaded_images),
          budget_(budget),
          area_{owner_of_areas(view, owners), Evidence::smaps_shape, true},
          code_{owners.id(owner_path::code_cache, "Code"), Evidence::smaps_shape, true},
          class_{owners.id(owner_path::class_space, category_of_class_space(view)), Evidence::smaps_shape,
                 true} {
        if (!budget.class_space_located) class_space_ = class_space_by_shape(view, budget.class_space);
        code_told_ = view.code_heaps || (view.vm_info && !view.vm_info->code_heaps.empty());
        zgc_ = view.gc() == "Z";
    }

    // Fills both: what may be metaspace or a table, and areas of their own.
    void look(Layer<Claim>& areas, Layer<Claim>& named) {
        for (std::size_t i = 0; i < mappings_.size();) {
            std::size_t end = i + 1;
            while (end < mappings_.size() && mappings_[i].private_anonymous() &&
                   mappings_[end].private_anonymous() &&
                   mappings_[end].range.begin == mappings_[end - 1].range.end) {
                ++end;
            }
            if (mappings_[i].private_anonymous()) run(i, end, areas, named);
            i = end;
        }
        normalise(areas);
        normalise(named);
    }

    [[nodiscard]] bool found_class_space() const { return class_space_.has_value(); }

  private:
    // Neighbours without a gap between them, all plain.
    void run(std::size_t first, std::size_t last, Layer<Claim>& areas, Layer<Claim>& named) {
        for (std::size_t i = first; i < last; ++i) {
            const Mapping& mapping = mappings_[i];
            if (class_space_ && class_space_->first <= i && i < class_space_->last) {
                if (mapping.protection.write) named.push_back({mapping.range, class_});
                continue;
            }
            if (smaps_.untouched(mapping) || !mapping.protection.write || all_bss(programs_, mappings_, i))
                continue;
            if (mapping.protection.execute) continue;
            if ((i + 1 < last && is_reservation(mappings_[i + 1])) ||
                (i > first && is_reservation(mappings_[i - 1])) || ends_a_reservation(i, last) ||
                is_zgc_table(mapping)) {
                areas.push_back({mapping.range, area_});
            }
        }
        if (!code_told_) code(first, last, named);
    }

    // Other generated code is in memory of that kind as well: the code cache is reserved in a size that is
    // known.
    void code(std::size_t first, std::size_t last, Layer<Claim>& named) {
        for (std::size_t i = first; i < last; ++i) {
            if (!mappings_[i].protection.execute) continue;
            std::size_t end = i;
            Bytes committed;
            for (; end < last && (mappings_[end].protection.execute || mappings_[end].protection.none());
                 ++end) {
                if (mappings_[end].protection.execute) committed += mappings_[end].range.size();
            }
            const Bytes reserved = Range{mappings_[i].range.begin, mappings_[end - 1].range.end}.size();
            if (is_code_cache(committed, reserved)) {
                for (; i < end; ++i) {
                    if (mappings_[i].protection.execute) named.push_back({mappings_[i].range, code_});
                }
                return;
            }
            i = end - 1;
        }
    }

    // The kernel may have merged what is reserved behind it with a neighbour.
    [[nodiscard]] bool is_code_cache(Bytes committed, Bytes reserved) const {
        if (budget_.code_committed) return committed <= *budget_.code_committed + mib(1);
        if (reserved < budget_.code_reserved) return reserved == mib(48);  // without tiered compilation
        return committed <= budget_.code_reserved;
    }

    // The rest of a reservation may be as small as a guard. A guard has its stack right above it.
    [[nodiscard]] bool ends_a_reservation(std::size_t i, std::size_t last) const {
        return i + 2 == last && mappings_[i + 1].protection.none();
    }

    // ZGC's tables over its address space (page table, forwarding, live maps) are committed whole, 16 MiB or
    // more on a border of 2 MiB, and touched sparsely. Where NMT is off there is nothing to tell them by but
    // that size; the kernel may have merged neighbours with them.
    [[nodiscard]] bool is_zgc_table(const Mapping& mapping) const {
        constexpr std::uint64_t granule = std::uint64_t{2} << 20U;
        const Address border{(mapping.range.begin.value + granule - 1) / granule * granule};
        return zgc_ && border + mib(16) <= mapping.range.end;
    }

    const Smaps& smaps_;
    const std::vector<Mapping>& mappings_;
    ProgramFiles programs_;
    const LayoutBudget& budget_;
    Claim area_, code_, class_;
    std::optional<MappingRun> class_space_;
    bool code_told_ = false;
    bool zgc_ = false;
};

// Tables over the heap (card table, block offsets, marks) are a fixed part of its size and often committed
// whole; the kernel merges them with stacks and chunks. That is little evidence, so no more is claimed by it
// than such tables can be: 1/128 of the heap, or where VM.info has told the larger ones already, a megabyte.
Layer<Claim> claims_of_heap_tables(const ProcessView& view, const Layer<Claim>& above, Bytes budget,
                                   Owners& owners) {
    Layer<Claim> layer;
    const auto heap = java_heap_size(view);
    if (!heap || !(view.heap_info || view.vm_info)) return layer;
    const Bytes least = std::max(kib(64), Bytes(heap->value() / 2048));
    const Bytes most = Bytes(heap->value() / 256) + largest_guard;
    Bytes left = std::min(budget, Bytes(heap->value() / 128));
    if (view.vm_info) left = std::min(left, mib(1));
    const Claim table{owner_of_areas(view, owners), Evidence::smaps_shape, true};
    std::size_t first = 0;
    const auto& mappings = view.smaps->mappings;
    const ProgramFiles programs(*view.smaps, view.loaded_images);
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Mapping& mapping = mappings[i];
        if (!mapping.private_anonymous() || !mapping.protection.write || mapping.protection.execute) continue;
        if (view.smaps->untouched(mapping) || all_bss(programs, mappings, i)) continue;
        for_each_gap(above, first, mapping.range, [&](Range gap) {
            if (gap.size() < least || gap.size() > most || gap.size() > left) return;
            layer.push_back({gap, table});
            left = minus_or_zero(left, gap.size());
        });
    }
    return layer;
}

Bytes size_of(const Layer<Claim>& layer) {
    Bytes sum;
    for (const Segment<Claim>& segment : layer) sum += segment.range.size();
    return sum;
}

}  // namespace

Layer<Claim> claims_of_shapes(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    if (!shapes_tell(view)) return {};
    LayoutBudget budget = layout_budget(view, above, owners);
    Bytes for_tables = budget.tables;
    const FoundTables by_size = claims_of_collector_tables(view, above, for_tables, owners);
    budget.others += by_size.missing.value_or(budget.tables_by_heap);
    const Bytes of_tables = minus_or_zero(budget.tables, for_tables);
    if (budget.counted) budget.others = std::min(budget.others, minus_or_zero(*budget.counted, of_tables));
    Layer<Claim> areas, named;
    ShapeClaims shapes(view, budget, owners);
    shapes.look(areas, named);
    Layer<Claim> layer = overlay(by_size.layer, named);
    Bytes left = budget.metaspace + budget.others;
    // The kernel may have joined it with the heap before it (JDK 8).
    if (!budget.class_space_located && !shapes.found_class_space())
        left += budget.class_space.value_or(Bytes());
    const Layer<Claim> fitting = fitted(areas, overlay(above, layer), left);
    layer = overlay(layer, fitting);
    // Which of the areas are metaspace is unknown: all of them may be.
    const Bytes nodes = minus_or_zero(budget.metaspace, size_of(fitting));
    const Layer<Claim> full = claims_of_full_nodes(view, overlay(above, layer), nodes, owners);
    left = minus_or_zero(left, size_of(full));
    layer = overlay(layer, full);
    const Bytes tables = std::min(left, budget.others);
    return overlay(layer, claims_of_heap_tables(view, overlay(above, layer), tables, owners));
}

// ZGC of JDK 11 to 14 maps its mark stacks past the VM's memory layer, so that NMT does not know of them: 1
// TiB without access, of which 32 MiB at a time become usable from the start on (zMarkStack.cpp,
// ZMarkStackSpace).
Layer<Claim> claims_of_zgc_mark_stacks(const ProcessView& view, Owners& owners) {
    constexpr Bytes space = mib(std::uint64_t{1} << 20U);
    Layer<Claim> layer;
    if (view.vm != Vm::hotspot) return layer;
    const auto& mappings = view.smaps->mappings;
    for (std::size_t i = 0; i + 1 < mappings.size(); ++i) {
        const Mapping& used = mappings[i];
        const Mapping& rest = mappings[i + 1];
        if (!used.private_anonymous() || !used.protection.write || !is_reservation(rest) ||
            rest.range.begin != used.range.end)
            continue;
        if (used.range.size() + rest.range.size() != space) continue;
        layer.push_back(
            {used.range, Claim{owners.id(owner_path::zgc_mark_stacks), Evidence::smaps_shape, true}});
    }
    return layer;
}

}  // namespace nmtx
