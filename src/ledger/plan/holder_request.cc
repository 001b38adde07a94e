#include "ledger/plan/holder_request.h"

#include <algorithm>
#include <map>

#include "base/java_names.h"
#include "base/paths.h"
#include "base/range_map.h"
#include "hotspot/vm/heap_scan.h"
#include "ledger/claims/stack_split.h"
#include "ledger/ledger.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/pieces.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/metadata_memory.h"

namespace nmtx {
namespace {

constexpr std::size_t most_metadata_pages = 2048;

// What native code of a class says: the file that most of its native methods are in. The JVM's own and that
// of java.lang serve classes of all kinds, such as AtomicLong: they say nothing about what a field holds.
class CodeFiles {
  public:
    explicit CodeFiles(const Smaps& smaps) : mappings_(smaps.mappings) {}

    [[nodiscard]] std::string most_of(const std::vector<Address>& functions) const {
        std::map<std::string, std::size_t> counts;
        for (const Address function : functions) {
            const std::string_view file = file_of(function);
            if (!file.empty() && file != "libjvm.so" && file != "libjava.so") ++counts[std::string(file)];
        }
        const auto most = std::max_element(counts.begin(), counts.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        return most == counts.end() ? std::string() : most->first;
    }

  private:
    [[nodiscard]] std::string_view file_of(Address at) const {
        const auto after = std::upper_bound(mappings_.begin(), mappings_.end(), at,
                                            [](Address a, const Mapping& m) { return a < m.range.begin; });
        if (after == mappings_.begin()) return {};
        const Mapping& mapping = *std::prev(after);
        if (!mapping.range.contains(at) || !mapping.of_file() || !mapping.protection.execute) return {};
        return base_name(without_deleted_mark(mapping.name));
    }
    const std::vector<Mapping>& mappings_;
};

HolderKind kind_of(WordPlace place) {
    switch (place) {
        case WordPlace::field:
            return HolderKind::java_field;
        case WordPlace::static_field:
            return HolderKind::java_static;
        case WordPlace::long_array:
        case WordPlace::byte_array:
            return HolderKind::java_array;
        case WordPlace::moved:
        case WordPlace::unidentified:
            break;
    }
    return HolderKind::java_unknown;
}

// The Java heap as roots.
class JavaHeapRoots {
  public:
    JavaHeapRoots(const ProcessView& view, TargetFiles& files, std::vector<Range> heap)
        : view_(view), files_(files), heap_(std::move(heap)) {}

    void operator()(HeapFindings& findings, TargetMemory& memory) {
        if (const auto read = scan(findings, memory); !read)
            findings.figures().heap_not_read = read.error().where.empty()
                                                   ? read.error().what
                                                   : read.error().where + ": " + read.error().what;
    }

  private:
    Expected<void> scan(HeapFindings& findings, TargetMemory& memory) {
        const auto jvm = libjvm_of(*view_.smaps);
        if (!jvm) return failure("", "no libjvm.so is mapped");
        const auto symbols = files_.exports(*jvm, vm_table_symbols());
        MetadataMemory metadata(memory, files_, *view_.smaps);
        VmMemory vm(metadata, most_metadata_pages);
        const auto tables = VmTables::read(vm, [&](std::string_view name) {
            const auto found = symbols.find(std::string(name));
            return found == symbols.end() ? std::nullopt : std::optional(found->second);
        });
        if (!tables) return tl::make_unexpected(tables.error());
        const auto methods = VmLayout::of(*tables, vm);
        if (!methods) return tl::make_unexpected(methods.error());
        const auto layout = HeapSearchLayout::of(*tables, vm);
        if (!layout) return tl::make_unexpected(layout.error());
        const std::vector<Range> ranges = heap_ranges(*layout, vm);
        if (ranges.empty()) return failure("", "the place of the Java heap is not known");
        VmClasses classes(vm, *methods, *layout);
        HeapScan heap(memory, *layout, classes, findings);
        BlockHolders& figures = findings.figures();
        const HeapPasses done = pass_over_heap(
            layout->heap.moves_while_java_runs, [&] { return state_of(layout->heap, vm); },
            [&] {
                const HeapScanFigures found =
                    heap.run(ranges, [&](Address at, std::uint64_t word, const WordHolder& holder) {
                        findings.point(row_of(findings, holder), at, word);
                    });
                figures.heap_resident = found.resident;
                figures.heap_words = found.words;
                figures.heap_unidentified = found.unidentified;
                figures.heap_moved = found.moved;
            });
        figures.heap_passes = done.passes;
        figures.heap_may_miss = done.may_miss;
        name_libraries(findings, classes);
        return {};
    }

    static std::optional<CollectorState> state_of(const HeapLayout& heap, VmMemory& vm) {
        vm.clear();
        const auto collections = read_part(vm, heap.collector, heap.collections);
        const auto collecting = read_part(vm, heap.collector, heap.collecting);
        if (!collections || !collecting) return std::nullopt;
        return CollectorState{*collections, *collecting != 0};
    }

    // What the ledger knows of it, and what the collector says; of the latter what is mapped.
    std::vector<Range> heap_ranges(const HeapSearchLayout& layout, VmMemory& vm) const {
        std::vector<Range> ranges = heap_;
        if (const auto reserved = reserved_heap(layout, vm)) {
            for (const Mapping& mapping : view_.smaps->mappings) {
                const Range inside = intersect(mapping.range, *reserved);
                if (!inside.empty() && mapping.protection.read && mapping.protection.write)
                    ranges.push_back(inside);
            }
        }
        return joined(std::move(ranges));
    }

    BlockGraph::Row row_of(HeapFindings& findings, const WordHolder& holder) {
        const std::pair<const void*, const void*> key{holder.klass, holder.field};
        if (const auto known = rows_.find(key); known != rows_.end()) return known->second;
        const BlockGraph::Row row = findings.row(kind_of(holder.place), holder_name(holder));
        rows_.emplace(key, row);
        if (holder.field != nullptr) classes_of_rows_.emplace(row, holder.klass);
        return row;
    }

    void name_libraries(HeapFindings& findings, VmClasses& classes) {
        const CodeFiles files(*view_.smaps);
        for (const auto& [row, klass] : classes_of_rows_) {
            if (std::string own = files.most_of(classes.native_functions(*klass)); !own.empty()) {
                findings.set_library(row, std::move(own), library_evidence::of_class);
                continue;
            }
            // The JDK's packages hold classes of many libraries.
            if (is_of_class_library(klass->name)) continue;
            if (std::string near = files.most_of(classes.native_functions_of_package(*klass)); !near.empty())
                findings.set_library(row, std::move(near), library_evidence::of_package);
        }
    }

    const ProcessView& view_;
    TargetFiles& files_;
    std::vector<Range> heap_;
    std::map<std::pair<const void*, const void*>, BlockGraph::Row> rows_;
    std::map<BlockGraph::Row, const VmClass*> classes_of_rows_;
};

// Of the stacks in a piece, what is in use: from the stack pointer up, and all where none is known.
void add_stacks(std::vector<Range>& stacks, const ProcessView& view, Range piece,
                const std::vector<Address>& pointers, TargetMemory& memory) {
    constexpr std::uint64_t red_zone = 128;
    const auto inside = pointers_in(pointers, piece);
    const auto runs =
        inside.size() > 1 && !view.thread_bounds ? memory.resident_runs(piece) : std::vector<Range>{};
    for (const Range part : stacks_in(view, piece, inside, runs)) {
        const auto own = pointers_in(pointers, part);
        const std::uint64_t from = own.empty() ? part.begin.value : own.front().value - red_zone;
        stacks.push_back({{std::max(part.begin.value, from)}, part.end});
    }
}

}  // namespace

HolderPlaces places_of_holders(const ProcessView& view, TargetMemory& memory) {
    HolderPlaces places;
    Owners owners;
    const std::vector<Address> pointers = stack_pointers(view);
    for (const Piece& piece : cut_into_pieces(view, owners)) {
        const Mapping& mapping = view.smaps->mappings[piece.mapping];
        if (!mapping.protection.read || !mapping.protection.write) continue;
        const std::string& path = owners.path(piece.claim.owner);
        if (is_below(path, owner_path::java_heap)) {
            places.java_heap.push_back(piece.range);
        } else if (is_stack(path)) {
            add_stacks(places.stacks, view, piece.range, pointers, memory);
        } else if (mapping.inode == 0 && !mapping.protection.shared && !is_below(path, owner_path::malloc) &&
                   !is_below(path, owner_path::file)) {
            places.other.push_back(piece.range);
        }
    }
    places.java_heap = joined(std::move(places.java_heap));
    return places;
}

HolderRequest holder_request(const ProcessView& view, TargetMemory& memory, TargetFiles& files,
                             std::optional<Address> why, bool copied) {
    HolderPlaces places = places_of_holders(view, memory);
    HolderRequest request;
    request.why = why;
    request.stacks = std::move(places.stacks);
    request.other = std::move(places.other);
    if (view.vm != Vm::hotspot) return request;
    if (copied) {
        request.java_heap = [](HeapFindings& findings, TargetMemory&) {
            findings.figures().heap_not_read = "with --freeze the Java heap is not copied";
        };
        return request;
    }
    for (const Range& range : places.java_heap) request.java_heap_bytes += range.size();
    request.java_heap = JavaHeapRoots(view, files, std::move(places.java_heap));
    return request;
}

}  // namespace nmtx
