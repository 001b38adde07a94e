#include "process/joined_regions.h"

namespace nmtx {

std::map<std::string_view, Bytes> categories_joined_with_others(const ProcessView& view) {
    std::map<std::string_view, Bytes> joined;
    if (!view.nmt || view.nmt_from_file || !view.system_map) return joined;
    std::map<std::string_view, Bytes> writable;
    for (const SystemMapRow& row : view.system_map->rows) {
        if (row.tags.size() != 1 || !row.writable) continue;
        if (const auto category = nmt_category_of_system_map_tag(row.tags.front()))
            writable[*category] += row.range.size();
    }
    for (const auto& [category, size] : writable) {
        if (category == "Thread" || category == "Thread Stack" || category == "Java Heap") continue;
        const NmtCategory* figures = view.nmt->find(category);
        const Bytes committed = figures == nullptr ? Bytes() : figures->mmap_committed;
        if (size >= committed + joined_from) joined.emplace(category, minus_or_zero(size, committed));
    }
    return joined;
}

}  // namespace nmtx
