#include "ledger/claims/java_heap_place.h"

#include <algorithm>

#include "kernel/mappings/native_image.h"
#include "ledger/claims/heap_by_size.h"
#include "process/jvm_flag.h"

namespace nmtx {
namespace {

// ZGC's heap is a file in memory that bears its name.
bool named(const Smaps& smaps) {
    return std::any_of(smaps.mappings.begin(), smaps.mappings.end(),
                       [](const Mapping& mapping) { return mapping.name.starts_with("/memfd:java_heap"); });
}

bool answered(const ProcessView& view) {
    return (view.vm_info && view.vm_info->heap) || (view.heap_info && view.heap_info->reserved());
}

// Memory that a heap may consist of: reserved or committed, or archived objects from a file of the JVM's.
bool may_be_heap(const Mapping& mapping) {
    if (mapping.protection.execute) return false;
    if (mapping.private_anonymous() || mapping.name.starts_with("/anon_hugepage")) return true;
    return !mapping.protection.shared && mapping.name.ends_with(".jsa");
}

// HotSpot puts heaps up to 32 GiB below this where it can, so that references need no base
// (compressed oops); the kernel puts nothing there unless it is asked to.
constexpr std::uint64_t compressed_end = std::uint64_t{32} << 30U;

struct Run {
    std::size_t first = 0, last = 0;  // mappings [first, last)
    Range range;
};

// Neighbours without a gap that a heap may consist of.
std::vector<Run> runs_of(const std::vector<Mapping>& mappings) {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Mapping& mapping = mappings[i];
        if (!may_be_heap(mapping)) continue;
        const bool goes_on =
            !runs.empty() && runs.back().last == i && runs.back().range.end == mapping.range.begin;
        if (!goes_on) runs.push_back({i, i, {mapping.range.begin, mapping.range.begin}});
        runs.back().last = i + 1;
        runs.back().range.end = mapping.range.end;
    }
    return runs;
}

// A part of the run of exactly this size that begins where a mapping that was committed begins. The kernel
// may have merged what is reserved behind it with a neighbour.
std::optional<Range> part_of_size(const std::vector<Mapping>& mappings, const Run& run, Bytes size) {
    std::size_t last = run.first;
    for (std::size_t i = run.first; i < run.last; ++i) {
        const Mapping& begin = mappings[i];
        const Range part{begin.range.begin, begin.range.begin + size};
        if (part.end > run.range.end) return std::nullopt;
        while (mappings[last].range.end < part.end) ++last;
        if (begin.protection.none()) continue;
        // The class space of 8 lies right behind, committed from its begin on.
        const bool low = i == run.first && part.end.value <= compressed_end;
        if (low || mappings[last].range.end == part.end || mappings[last].protection.none()) return part;
    }
    return std::nullopt;
}

Bytes resident_in(const std::vector<Mapping>& mappings, const Run& run) {
    Bytes sum;
    for (std::size_t i = run.first; i < run.last; ++i) sum += mappings[i].rss;
    return sum;
}

// Sizes that a heap asked for may have got: whole units of the collector's alignment (a page to 32 MiB, by
// the size of its regions or cards).
std::vector<Bytes> sizes_near(Bytes asked) {
    std::vector<Bytes> sizes{asked};
    for (const Bytes unit : {kib(4), kib(512), mib(1), mib(2), mib(4), mib(8), mib(16), mib(32)}) {
        const std::uint64_t n = unit.value();
        if (asked.value() > ~std::uint64_t{0} - n) break;
        const Bytes aligned((asked.value() + n - 1) / n * n);
        if (aligned != sizes.back()) sizes.push_back(aligned);
    }
    return sizes;
}

// Where compressed references reach first, for only a heap and what belongs to it is put there; and there a
// run of that size first, for a part of one may be of a class space (JDK 25).
std::optional<HeapPlace> place_by_size(const std::vector<Mapping>& mappings, const std::vector<Run>& runs,
                                       const HeapLimit& heap) {
    const std::vector<Bytes> sizes = sizes_near(heap.size);
    struct Search {
        bool low, whole;
    };
    for (const Search search : {Search{true, true}, {true, false}, {false, true}, {false, false}}) {
        for (const Bytes size : sizes) {
            for (const Run& run : runs) {
                if ((run.range.begin.value < compressed_end) != search.low) continue;
                if (search.whole ? run.range.size() != size : run.range.size() < size) continue;
                if (const auto part = part_of_size(mappings, run, size))
                    return HeapPlace{*part, heap.given ? Evidence::options : Evidence::hsperfdata};
            }
        }
    }
    return std::nullopt;
}

// Nothing says how large it is: what lies where only a heap is put.
std::optional<HeapPlace> place_by_address(const std::vector<Mapping>& mappings,
                                          const std::vector<Run>& runs) {
    std::optional<HeapPlace> best;
    Bytes most;
    for (const Run& run : runs) {
        if (run.range.end.value > compressed_end || run.range.size() < mib(1)) continue;
        const Bytes resident = resident_in(mappings, run);
        if (best && resident <= most) continue;
        best = HeapPlace{run.range, Evidence::smaps_shape};
        most = resident;
    }
    return best;
}

}  // namespace

std::optional<Bytes> java_heap_size(const ProcessView& view) {
    if (view.vm_info && view.vm_info->heap) return view.vm_info->heap->size();
    if (view.heap_info) {
        if (const auto reserved = view.heap_info->reserved()) return reserved->size();
    }
    const auto size = heap_limit(view);
    return size ? std::optional(size->size) : std::nullopt;
}

Bytes code_cache_reserved(const ProcessView& view) {
    if (const auto given = size_flag(view, "ReservedCodeCacheSize")) return *given;
    return mib(240);
}

bool knows_heap_place(const ProcessView& view) {
    return view.heap_info || view.vm_info || java_heap_place(view) || java_heap_by_size(view) ||
           (view.smaps && named(*view.smaps));
}

std::optional<HeapPlace> java_heap_place(const ProcessView& view) {
    if (!view.smaps || answered(view)) return std::nullopt;
    const auto& mappings = view.smaps->mappings;
    if (view.vm == Vm::native_image) {
        if (const auto heap = native_image_heap(*view.smaps)) return HeapPlace{*heap, Evidence::smaps_shape};
        return std::nullopt;
    }
    if (view.vm != Vm::hotspot || named(*view.smaps)) return std::nullopt;
    const std::vector<Run> runs = runs_of(mappings);
    const auto size = heap_limit(view);
    if (size) {
        if (const auto place = place_by_size(mappings, runs, *size)) return place;
    }
    // A JVM that answers says where its heap lies, unless the collector keeps it to itself: then other areas
    // of the JVM's can lie there as well.
    if (view.heap_info || view.vm_info) return std::nullopt;
    auto place = place_by_address(mappings, runs);
    // Its borders are merged with neighbours: from the first one on no more than it can have.
    if (place && size) {
        if (place->range.size() < size->size) return std::nullopt;
        place->range.end = place->range.begin + size->size;
    }
    return place;
}

}  // namespace nmtx
