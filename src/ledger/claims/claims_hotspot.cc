// Claims from the JVM's answers.
#include <algorithm>
#include <array>

#include "kernel/mappings/program_files.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/java_heap_place.h"
#include "ledger/owner_paths.h"
#include "process/joined_regions.h"

namespace nmtx {
namespace {

// JDK 8 and 11 have no category Metaspace: their "Class" holds the class space, one region of
// CompressedClassSpaceSize, and the nodes of the metaspace. Later ones keep the class space alone in it.
class ClassRegions {
  public:
    explicit ClassRegions(const ProcessView& view) {
        if (view.nmt) has_metaspace_category_ = view.nmt->find("Metaspace") != nullptr;
        if (view.vm_info) class_space_ = view.vm_info->class_space;
        if (view.heap_info && view.heap_info->class_space) size_ = view.heap_info->class_space->reserved;
    }

    [[nodiscard]] std::string_view path(Range range) const {
        if (has_metaspace_category_) return owner_path::class_space;
        if (class_space_)
            return class_space_->overlaps(range) ? owner_path::class_space : owner_path::metaspace;
        return size_ && range.size() == *size_ ? owner_path::class_space : owner_path::metaspace;
    }

  private:
    bool has_metaspace_category_ = false;
    std::optional<Range> class_space_;
    std::optional<Bytes> size_;
};

OwnerId owner_of(std::string_view category, Range range, const ClassRegions& classes, Owners& owners) {
    const std::string_view summary_category = category == "Thread Stack" ? "Thread" : category;
    if (category == "Class") return owners.id(classes.path(range), "Class");
    return owners.id(path_of_category(category), summary_category);
}

// A mapping that bears several tags holds several regions and the VM does not say where the border is.
OwnerId owner_of_tags(const SystemMapRow& row, const ClassRegions& classes, Owners& owners) {
    std::string path;
    for (const std::string& tag : row.tags) {
        const auto category = nmt_category_of_system_map_tag(tag);
        const OwnerId owner = category ? owner_of(*category, row.range, classes, owners)
                                       : owners.id(path_below(owner_path::jvm, tag));
        if (row.tags.size() == 1) return owner;
        path += path.empty() ? owners.path(owner)
                             : " or " + std::string(name_below(owners.path(owner), owner_path::jvm));
    }
    return owners.id(path);
}

bool begins_behind_library(Range range, const Smaps& smaps, const ProgramFiles& programs) {
    const auto& mappings = smaps.mappings;
    const auto at = std::lower_bound(mappings.begin(), mappings.end(), range.begin,
                                     [](const Mapping& m, Address begin) { return m.range.begin < begin; });
    if (at == mappings.begin() || at == mappings.end() || at->range.begin != range.begin) return false;
    return programs.bss_may_follow(*std::prev(at), *at);
}

bool images_known(const ProcessView& view, Address behind) {
    return view.loaded_images && view.loaded_images->at({behind.value - 1}) != nullptr;
}

void claim(Layer<Claim>& layer, const std::optional<Range>& range, OwnerId owner, Evidence evidence) {
    if (range) layer.push_back({*range, Claim{owner, evidence, false}});
}

}  // namespace

Layer<Claim> claims_of_code_heaps(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    const auto* heaps = view.code_heaps ? &*view.code_heaps
                        : view.vm_info  ? &view.vm_info->code_heaps
                                        : nullptr;
    if (heaps == nullptr) return layer;
    for (const CodeHeap& heap : *heaps) {
        const std::string path = heap.name == "CodeCache" ? std::string(owner_path::code_cache)
                                                          : path_below(owner_path::code_cache, heap.name);
        layer.push_back({heap.reserved, Claim{owners.id(path, "Code"), Evidence::codecache, false}});
    }
    normalise(layer);
    return layer;
}

Layer<Claim> claims_of_nmt_map(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!view.nmt_map) return layer;
    const ClassRegions classes(view);
    layer.reserve(view.nmt_map->regions.size());
    for (const NmtRegion& region : view.nmt_map->regions) {
        layer.push_back({region.range, Claim{owner_of(region.tag, region.range, classes, owners),
                                             Evidence::nmt_map, false}});
    }
    normalise(layer);
    return layer;
}

Layer<Claim> claims_of_system_map(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!view.system_map) return layer;
    const ClassRegions classes(view);
    const ProgramFiles programs(*view.smaps, view.loaded_images);
    const auto joined = categories_joined_with_others(view);
    for (const SystemMapRow& row : view.system_map->rows) {
        if (row.tags.empty()) continue;
        const auto category = nmt_category_of_system_map_tag(row.tags.front());
        // As behind a library, below.
        if (view.nmt_map && row.tags.size() == 1 && category && joined.contains(*category)) continue;
        // The kernel has merged a region with the .bss before it, and the tag is the region's: where NMT's
        // map says which part of the mapping that is, the tag must not take the rest. How far the .bss
        // reaches the program's file says, where it was read.
        const bool behind_library =
            !images_known(view, row.range.begin) && begins_behind_library(row.range, *view.smaps, programs);
        if (behind_library && view.nmt_map) continue;
        const bool several = row.tags.size() > 1 || behind_library;
        layer.push_back(
            {row.range, Claim{owner_of_tags(row, classes, owners), Evidence::system_map, several}});
    }
    normalise(layer);
    return layer;
}

std::string_view category_of_class_space(const ProcessView& view) {
    return view.nmt && view.nmt->find("Metaspace") != nullptr ? "Class" : "";
}

Layer<Claim> claims_of_vm_bounds(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    const OwnerId heap = owners.id(owner_path::java_heap, "Java Heap");
    if (view.vm_info) {
        const VmInfo& info = *view.vm_info;
        // A part of the category only: the rest of GC's tables has no printed bounds.
        const OwnerId gc = owners.id(owner_path::gc);
        const OwnerId cds = owners.id(owner_path::cds_archive, "Shared class space");
        claim(layer, info.heap, heap, Evidence::vm_info);
        claim(layer, info.heap_info.reserved(), heap, Evidence::vm_info);
        claim(layer, info.class_space, owners.id(owner_path::class_space, category_of_class_space(view)),
              Evidence::vm_info);
        claim(layer, info.card_table, gc, Evidence::vm_info);
        for (const NamedRange& range : info.cds) claim(layer, range.range, cds, Evidence::vm_info);
        for (const NamedRange& range : info.gc) claim(layer, range.range, gc, Evidence::vm_info);
    }
    if (view.heap_info) claim(layer, view.heap_info->reserved(), heap, Evidence::heap_info);
    if (const auto place = java_heap_place(view))
        layer.push_back({place->range, Claim{heap, place->evidence, true}});
    normalise(layer);
    return layer;
}

}  // namespace nmtx
