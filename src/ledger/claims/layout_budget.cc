#include "ledger/claims/layout_budget.h"

#include <algorithm>
#include <bit>

#include "ledger/claims/class_space.h"
#include "ledger/claims/java_heap_place.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr Bytes drift = mib(1);

bool located(std::string_view path) {
    return is_below(path, owner_path::jvm) && path != owner_path::java_heap &&
           path != owner_path::thread_stack && path != owner_path::cds_archive &&
           !may_be(path, owner_path::code_cache);
}

bool of_metaspace(std::string_view path) {
    return path == owner_path::metaspace || path == owner_path::class_space ||
           path == owner_path::metaspace_or_gc;
}

// What exact claims on the JVM's areas have committed: of the metaspace, of the collector, and of the rest
// but the CDS archive, which is a file and has a category of its own.
struct Located {
    Bytes metaspace;  // the class space too
    Bytes nodes;      // of the metaspace without the class space
    Bytes gc;
    Bytes others;  // the collector's too
    Bytes code;
    bool class_space = false;
};
Located located_in(const ProcessView& view, const Layer<Claim>& exact, const Owners& owners) {
    Located found;
    std::size_t first = 0;
    for (const Mapping& mapping : view.smaps->mappings) {
        while (first < exact.size() && exact[first].range.end <= mapping.range.begin) ++first;
        for (std::size_t i = first; i < exact.size() && exact[i].range.begin < mapping.range.end; ++i) {
            const std::string& path = owners.path(exact[i].value.owner);
            if (path == owner_path::class_space) found.class_space = true;
            if (mapping.protection.none()) continue;
            const Bytes committed = intersect(exact[i].range, mapping.range).size();
            if (is_below(path, owner_path::code_cache)) found.code += committed;
            if (!located(path)) continue;
            (of_metaspace(path) ? found.metaspace : found.others) += committed;
            if (path == owner_path::gc) found.gc += committed;
            if (of_metaspace(path) && path != owner_path::class_space) found.nodes += committed;
        }
    }
    return found;
}

// The most that tables over a heap of this size are, by what each collector keeps: G1 has marks of 1/64, up
// to 17 twice, and three tables of 1/512; Parallel has marks of 1/32; Serial and CMS have less, Shenandoah
// twice as much. ZGC's tables cover its address space, sixteen times the heap and 4 TiB or more, with a word
// for 2 MiB.
Bytes tables_over_heap(std::string_view gc, Bytes heap) {
    if (gc == "Z") {
        constexpr std::uint64_t least = std::uint64_t{1} << 42U;
        const std::uint64_t wanted = std::min(heap.value(), std::uint64_t{1} << 48U) * 16;
        const std::uint64_t space = std::max(least, std::bit_ceil(wanted));
        return Bytes(5 * (space >> 21U) * 8);
    }
    if (gc == "Epsilon") return Bytes();
    return Bytes(heap.value() / (gc == "Shenandoah" ? 12 : 24));
}

// What else the JVM has mapped by areas of their own: the code cache's segment maps, tables of regions.
constexpr Bytes small_ones = mib(2);

// Nodes of the metaspace without the class space, committed.
std::optional<Bytes> metaspace_by_answers(const ProcessView& view) {
    if (view.metaspace && view.metaspace->non_class.committed) {
        // The JVM rounds it to three digits or so.
        const Bytes said = *view.metaspace->non_class.committed;
        return said + Bytes(said.value() / 100);
    }
    if (view.heap_info && view.heap_info->metaspace && view.heap_info->metaspace->committed) {
        Bytes whole = *view.heap_info->metaspace->committed;
        if (view.heap_info->class_space)
            whole = minus_or_zero(whole, view.heap_info->class_space->committed.value_or(Bytes()));
        return whole;
    }
    return std::nullopt;
}

// hsperfdata's own figure is that of the last collection; how many classes there are it knows at any time.
// A class takes some 8 KiB, and those of the JDK that start a JVM some MiB.
Bytes metaspace_by_counters(const ProcessView& view) {
    constexpr std::int64_t of_a_class = std::int64_t{16} * 1024;
    if (!view.perf) return mib(64);
    const auto number = [&](std::string_view name) { return view.perf->number(name).value_or(0); };
    const std::int64_t classes = std::clamp<std::int64_t>(number("java.cls.loadedClasses"), 0, 10'000'000);
    const std::int64_t capacity = std::max<std::int64_t>(number("sun.gc.metaspace.capacity"), 0);
    return std::max(Bytes(static_cast<std::uint64_t>(capacity)),
                    Bytes(static_cast<std::uint64_t>(classes * of_a_class)) + mib(8));
}

// By NMT's summary: what of its categories is neither heap nor stack nor code, nor located.
void bound_by_nmt(LayoutBudget& budget, const ProcessView& view, const Located& found) {
    Bytes metaspace, others, tables;
    const bool split = view.nmt->find("Metaspace") != nullptr;
    for (const NmtCategory& category : view.nmt->categories) {
        if (category.name == "Java Heap" || category.name == "Thread" || category.name == "Thread Stack" ||
            category.name == "Shared class space")
            continue;
        if (category.name == "Code") {
            budget.code_committed = category.mmap_committed;
            // A byte for 64 of the code cache, in reservations of their own (CodeHeap's segment map).
            const Bytes maps = Bytes(category.mmap_committed.value() / 64) + kib(64);
            others += found.code == Bytes()
                          ? maps
                          : std::min(maps, minus_or_zero(category.mmap_committed, found.code));
        } else if (category.name == "Metaspace" || category.name == "Class") {
            metaspace += category.mmap_committed;
            if (split && category.name == "Class") budget.class_space = category.mmap_committed;
        } else {
            others += category.mmap_committed;
            // CMS has not tagged its marks and its mark stack.
            if (category.name == "GC" || category.name == "Unknown") tables += category.mmap_committed;
        }
    }
    budget.metaspace = std::min(budget.metaspace, minus_or_zero(metaspace, found.metaspace));
    budget.counted = minus_or_zero(others, found.others);
    budget.tables = minus_or_zero(tables, found.gc);
}

}  // namespace

LayoutBudget layout_budget(const ProcessView& view, const Layer<Claim>& exact, const Owners& owners) {
    LayoutBudget budget;
    const Located found = located_in(view, exact, owners);
    if (const auto use = class_space_use(view)) budget.class_space = use->committed;
    budget.class_space_located = found.class_space;
    const auto said = metaspace_by_answers(view);
    budget.metaspace = minus_or_zero(said ? *said : metaspace_by_counters(view), found.nodes);
    const auto heap = java_heap_size(view);
    budget.tables_by_heap = minus_or_zero(tables_over_heap(view.gc(), heap.value_or(mib(1024))), found.gc);
    budget.others = small_ones;
    // Then the heap itself can only be found by its layout.
    if (heap && !knows_heap_place(view)) budget.others += *heap;
    budget.tables = minus_or_zero(Bytes(heap.value_or(Bytes()).value() / 8) + mib(34), found.gc);
    budget.code_reserved = code_cache_reserved(view);
    if (view.nmt && !view.nmt_from_file) bound_by_nmt(budget, view, found);
    return budget;
}

Layer<Claim> fitted(const Layer<Claim>& claims, const Layer<Claim>& above, Bytes& budget) {
    Layer<Claim> parts;
    std::size_t first = 0;
    for (const Segment<Claim>& claim : claims) {
        for_each_gap(above, first, claim.range, [&](Range gap) { parts.push_back({gap, claim.value}); });
    }
    std::stable_sort(parts.begin(), parts.end(), [](const Segment<Claim>& a, const Segment<Claim>& b) {
        return a.range.size() < b.range.size();
    });
    Layer<Claim> fitting;
    for (const Segment<Claim>& part : parts) {
        if (part.range.size() > budget + std::min(drift, Bytes(budget.value() / 8))) break;
        budget = minus_or_zero(budget, part.range.size());
        fitting.push_back(part);
    }
    normalise(fitting);
    return fitting;
}

}  // namespace nmtx
