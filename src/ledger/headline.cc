#include "ledger/headline.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "ledger/owner_paths.h"

namespace nmtx {

Headline headline_of(const Ledger& ledger) {
    Headline h;
    h.jvm_mmap = ledger.jvm;
    h.jvm_mmap_again = ledger.mapped_again;
    h.nmt_malloc = ledger.malloc.nmt_resident();
    h.malloc_outside = minus_or_zero(ledger.malloc.resident, h.nmt_malloc);
    h.files = ledger.files;
    h.native_stacks = ledger.resident_below(owner_path::stack);
    h.unexplained = ledger.unexplained;
    const Bytes named = h.jvm_mmap + ledger.malloc.resident + h.files + h.native_stacks + h.unexplained;
    h.other = minus_or_zero(ledger.rss, named);
    return h;
}

std::string_view name_of_malloc_outside(const ProcessView& view, const Ledger& ledger) {
    if (view.vm != Vm::hotspot) return "malloc";
    return ledger.malloc.nmt || ledger.malloc.measured() ? "native malloc (not in NMT)"
                                                         : "malloc (JVM and native)";
}

std::string_view name_of_native_stacks(const ProcessView& view) {
    return view.vm == Vm::hotspot ? "thread stacks (not in NMT)" : "thread stacks";
}

std::string title_of_area(std::string_view name) {
    constexpr std::array titles{
        std::pair{std::string_view("java heap"), std::string_view("Java heap")},
        std::pair{std::string_view("cds archive"), std::string_view("CDS archive")},
        std::pair{std::string_view("gc"), std::string_view("GC")},
        std::pair{std::string_view("thread stack"), std::string_view("thread stacks")},
        std::pair{std::string_view("metaspace or gc"), std::string_view("metaspace or GC")}};
    for (const auto& [area, title] : titles) {
        if (area == name) return std::string(title);
    }
    return std::string(name);
}

std::vector<Area> areas_of(const Ledger& ledger) {
    std::vector<Area> areas;
    std::map<std::string, std::size_t> index;
    std::map<std::string, std::set<std::string>> areas_of_category;
    std::map<std::string, std::set<std::string>> categories_of_area;
    for (const Row& row : ledger.rows) {
        const std::string_view below = name_below(row.path, owner_path::jvm);
        if (below.empty()) continue;
        const std::string name(below.substr(0, below.find('/')));
        const auto [it, added] = index.try_emplace(name, areas.size());
        if (added) areas.push_back({name, {}, {}, {}, false, false, {}});
        Area& area = areas[it->second];
        area.resident += row.resident;
        area.estimated = area.estimated || row.estimated;
        area.located = area.located || row.mapped != Bytes();
        area.parts.push_back(&row);
        if (!row.nmt_category.empty()) {
            areas_of_category[row.nmt_category].insert(name);
            categories_of_area[name].insert(row.nmt_category);
        }
    }
    for (const CategoryRow& category : ledger.categories) {
        const auto it = areas_of_category.find(category.name);
        if (it == areas_of_category.end() || it->second.size() != 1) continue;
        const std::string& name = *it->second.begin();
        if (categories_of_area[name].size() != 1) continue;
        areas[index[name]].reserved = category.mmap_reserved;
        areas[index[name]].committed = category.mmap_committed;
    }
    std::stable_sort(areas.begin(), areas.end(),
                     [](const Area& a, const Area& b) { return a.resident > b.resident; });
    return areas;
}

std::vector<FileUse> files_by_size(const Ledger& ledger, const ProcessView& view, std::size_t most) {
    std::unordered_map<std::string_view, FileUse> uses;
    for (const Piece& piece : ledger.pieces) {
        const std::string& path = ledger.owners.path(piece.claim.owner);
        const Mapping& mapping = view.smaps->mappings[piece.mapping];
        if (piece.resident == Bytes() || !is_below(path, owner_path::file) || mapping.name.empty()) continue;
        FileUse& use = uses[mapping.name];
        use.path = path;
        use.resident += piece.resident;
        ++use.mappings;
    }
    std::vector<FileUse> files;
    files.reserve(uses.size());
    for (auto& [name, use] : uses) {
        use.name = std::string(name);
        files.push_back(std::move(use));
    }
    std::sort(files.begin(), files.end(), [](const FileUse& a, const FileUse& b) {
        return a.resident != b.resident ? a.resident > b.resident : a.name < b.name;
    });
    if (files.size() > most) files.resize(most);
    return files;
}

}  // namespace nmtx
