// Claims by how HotSpot lays out its memory, for a JVM that gives no addresses of NMT's. All of them are
// estimates.
//
// HotSpot reserves address space without access and commits parts of it in place, so its areas look like
// this, and few others' do:
//
//   [ rw-p ][ ---p ][ rw-p ][ ------------p ]      metaspace nodes, card tables, bitmaps, the heap
//   [ rwxp ][ ----------------------------p ]      the code cache (JDK 8, which has no Compiler.codecache)
//
// A guard below a thread's stack is ---p as well, but of 4 to 64 KiB; glibc's arenas have such a tail too and
// are claimed by their headers.
#include "kernel/program_files.h"
#include "ledger/claims.h"
#include "ledger/mapping_owner.h"

namespace nmtx {
namespace {

constexpr Bytes largest_guard = kib(64);

bool reservation(const Mapping& mapping) {
    return mapping.private_anonymous() && mapping.protection.none() && mapping.range.size() > largest_guard;
}

bool bss(const ProgramFiles& programs, const std::vector<Mapping>& mappings, std::size_t i) {
    return i > 0 && programs.bss_behind(mappings[i - 1], mappings[i]);
}

class ShapeClaims {
  public:
    ShapeClaims(const ProcessView& view, Owners& owners)
        : smaps_(*view.smaps), mappings_(view.smaps->mappings), programs_(*view.smaps), owners_(owners) {
        const bool heap_known = view.heap_info.has_value() || view.vm_info.has_value();
        area_ = {owners.id(heap_known ? "jvm/metaspace or gc" : "jvm/not told apart"), Evidence::smaps_shape,
                 true};
        if (view.heap_info && view.heap_info->class_space)
            class_space_ = view.heap_info->class_space->reserved;
        class_category_ = category_of_class_space(view);
        zgc_ = view.gc() == "Z";
    }

    Layer<Claim> layer() {
        for (std::size_t i = 0; i < mappings_.size();) {
            std::size_t end = i + 1;
            while (end < mappings_.size() && mappings_[i].private_anonymous() &&
                   mappings_[end].private_anonymous() &&
                   mappings_[end].range.begin == mappings_[end - 1].range.end) {
                ++end;
            }
            if (mappings_[i].private_anonymous()) run(i, end);
            i = end;
        }
        normalise(layer_);
        return std::move(layer_);
    }

  private:
    // Neighbours without a gap between them, all plain.
    void run(std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            const Mapping& mapping = mappings_[i];
            if (smaps_.untouched(mapping) || !mapping.protection.write || bss(programs_, mappings_, i))
                continue;
            if (mapping.protection.execute) {
                layer_.push_back({mapping.range,
                                  Claim{owners_.id("jvm/code cache", "Code"), Evidence::smaps_shape, true}});
            } else if (i + 1 < last && is_class_space(mapping, mappings_[i + 1])) {
                layer_.push_back({mapping.range, Claim{owners_.id("jvm/class space", class_category_),
                                                       Evidence::smaps_shape, true}});
            } else if ((i + 1 < last && reservation(mappings_[i + 1])) ||
                       (i > first && reservation(mappings_[i - 1])) || ends_a_reservation(i, last) ||
                       is_zgc_table(mapping)) {
                layer_.push_back({mapping.range, area_});
            }
        }
    }

    // The class space is committed from its start on; JDK 8 says its size but not its place.
    [[nodiscard]] bool is_class_space(const Mapping& committed, const Mapping& rest) const {
        return class_space_ && reservation(rest) &&
               committed.range.size() + rest.range.size() == *class_space_;
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
    Owners& owners_;
    Claim area_;
    std::optional<Bytes> class_space_;
    std::string_view class_category_;
    bool zgc_ = false;
    Layer<Claim> layer_;
};

// Not where NMT's addresses are known; and other allocators than glibc's lay their memory out in the same
// way.
bool shapes_tell(const ProcessView& view) {
    if (view.vm != Vm::hotspot || knows_nmt_addresses(view)) return false;
    const std::string allocator = allocator_of(*view.smaps);
    return allocator.empty() || allocator == "glibc";
}

// Behind the last of the plain neighbours from `first` on that end exactly there; `first` where none does.
std::size_t end_of_run(const std::vector<Mapping>& mappings, std::size_t first, Address there) {
    for (std::size_t i = first; i < mappings.size() && mappings[i].private_anonymous(); ++i) {
        if (i > first && mappings[i].range.begin != mappings[i - 1].range.end) break;
        if (mappings[i].range.end == there) return i + 1;
        if (mappings[i].range.end > there) break;
    }
    return first;
}

}  // namespace

// From JDK 16 on metaspace lies in nodes of 64 MiB on borders of its root chunks, 4 MiB
// (virtualSpaceNode.cpp, metaspaceSettings.hpp), which are committed from the beginning on, piece by piece:
//
//   [ rw-p ][ rw-p ][ ---p ][ rw-p ][ ------------p ]
//
// The kernel does not join all of the pieces, and words in them may look like the header of a chunk. A heap
// of an arena is as large, on a border of 64 MiB.
Layer<Claim> claims_of_metaspace_nodes(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> layer;
    const bool heap_known = view.heap_info.has_value() || view.vm_info.has_value();
    if (!shapes_tell(view) || !heap_known || view.java_feature().value_or(0) < 16) return layer;
    const Claim claim{owners.id("jvm/metaspace or gc"), Evidence::smaps_shape, true};
    const auto& mappings = view.smaps->mappings;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Range node{mappings[i].range.begin, mappings[i].range.begin + mib(64)};
        const bool on_its_border =
            node.begin.value % mib(4).value() == 0 && node.begin.value % mib(64).value() != 0;
        if (!on_its_border || !mappings[i].private_anonymous() || !mappings[i].protection.write) continue;
        const std::size_t end = end_of_run(mappings, i, node.end);
        if (end == i || !reservation(mappings[end - 1])) continue;
        Bytes unclaimed;
        for_each_gap(above, seen, node, [&](Range gap) { unclaimed += gap.size(); });
        if (unclaimed != node.size()) continue;
        for (; i < end; ++i) {
            if (mappings[i].protection.write) layer.push_back({mappings[i].range, claim});
        }
        --i;
    }
    normalise(layer);
    return layer;
}

Layer<Claim> claims_of_shapes(const ProcessView& view, Owners& owners) {
    if (!shapes_tell(view)) return {};
    return ShapeClaims(view, owners).layer();
}

// Tables over the heap (card table, block offsets, marks) are a fixed part of its size and often committed
// whole; the kernel merges them with stacks and chunks. That is little evidence, so no more is claimed by it
// than such tables can be: 1/128 of the heap, or where VM.info has told the larger ones already, a megabyte.
Layer<Claim> claims_of_heap_tables(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> layer;
    if (!shapes_tell(view)) return layer;
    std::optional<Range> heap = view.heap_info ? view.heap_info->reserved() : std::nullopt;
    if (view.vm_info && view.vm_info->heap) heap = view.vm_info->heap;
    if (!heap) return layer;
    const std::uint64_t heap_bytes = heap->size().value();
    const Bytes least = std::max(kib(64), Bytes(heap_bytes / 2048));
    const Bytes most = Bytes(heap_bytes / 256) + largest_guard;
    Bytes left(heap_bytes / 128);
    if (view.vm_info) left = std::min(left, mib(1));
    const Claim table{owners.id("jvm/metaspace or gc"), Evidence::smaps_shape, true};
    std::size_t first = 0;
    const auto& mappings = view.smaps->mappings;
    const ProgramFiles programs(*view.smaps);
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Mapping& mapping = mappings[i];
        if (!mapping.private_anonymous() || !mapping.protection.write || mapping.protection.execute) continue;
        if (view.smaps->untouched(mapping) || bss(programs, mappings, i)) continue;
        for_each_gap(above, first, mapping.range, [&](Range gap) {
            if (gap.size() < least || gap.size() > most || gap.size() > left) return;
            layer.push_back({gap, table});
            left = minus_or_zero(left, gap.size());
        });
    }
    return layer;
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
        if (!used.private_anonymous() || !used.protection.write || !reservation(rest) ||
            rest.range.begin != used.range.end)
            continue;
        if (used.range.size() + rest.range.size() != space) continue;
        layer.push_back({used.range, Claim{owners.id("named/zgc mark stacks"), Evidence::smaps_shape, true}});
    }
    return layer;
}

}  // namespace nmtx
