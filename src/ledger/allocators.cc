#include "ledger/allocators.h"

namespace nmtx {

AllocatorIdentity allocators_of(const Smaps& smaps) {
    std::vector<std::string_view> files;
    for (const Mapping& mapping : smaps.mappings) {
        if (!mapping.of_file() || (!files.empty() && mapping.name == files.back())) continue;
        files.push_back(mapping.name);
    }
    return identify_allocator(files);
}

std::string serving_allocator(const ProcessView& view) {
    if (view.malloc_walk && !view.malloc_walk->allocator.empty())
        return view.malloc_walk->allocator == "unknown" ? "" : view.malloc_walk->allocator;
    if (!view.smaps) return "";
    const AllocatorIdentity mapped = allocators_of(*view.smaps);
    const bool arenas = view.malloc_layout && !view.malloc_layout->heaps.empty();
    return arenas && mapped.c_library == "glibc" ? "glibc" : mapped.name();
}

std::string headerless_allocators(const ProcessView& view) {
    if (!view.smaps) return "";
    const AllocatorIdentity mapped = allocators_of(*view.smaps);
    if (!mapped.in_its_place.empty()) return mapped.others();
    return mapped.c_library == "glibc" ? "" : std::string(mapped.c_library);
}

}  // namespace nmtx
