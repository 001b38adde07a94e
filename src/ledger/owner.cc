#include "ledger/owner.h"

#include <array>

#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

struct CategoryPath {
    std::string_view category;
    std::string_view path;
};

// Categories that have a name of their own in the field. All others are "jvm/" and their name in small
// letters.
constexpr std::array category_paths{
    CategoryPath{"Thread Stack", owner_path::thread_stack},
    CategoryPath{"Thread", owner_path::thread_stack},
    CategoryPath{"Code", owner_path::code_cache},
    CategoryPath{"Class", owner_path::class_space},
    CategoryPath{"Shared class space", owner_path::cds_archive},
    CategoryPath{"GCCardSet", owner_path::gc_card_set},
    CategoryPath{"Unknown", owner_path::uncategorised},
};

}  // namespace

std::string_view name_of(Evidence evidence) {
    switch (evidence) {
        case Evidence::none:
            return "none";
        case Evidence::nmt_map:
            return "NMT virtual memory map";
        case Evidence::system_map:
            return "System.map";
        case Evidence::vm_info:
            return "VM.info";
        case Evidence::heap_info:
            return "GC.heap_info";
        case Evidence::codecache:
            return "Compiler.codecache";
        case Evidence::smaps_name:
            return "smaps name";
        case Evidence::smaps_shape:
            return "smaps shape";
        case Evidence::table_size:
            return "table size";
        case Evidence::malloc_header:
            return "malloc header";
        case Evidence::malloc_walk:
            return "malloc walk";
        case Evidence::elf_header:
            return "ELF header";
        case Evidence::options:
            return "options";
        case Evidence::hsperfdata:
            return "hsperfdata";
        case Evidence::thread_record:
            return "struct pthread";
        case Evidence::stack_pointer:
            return "stack pointer";
    }
    return "none";
}

Owners::Owners() {
    id(owner_path::unexplained);
}

OwnerId Owners::id(std::string_view path, std::string_view nmt_category) {
    const auto [it, added] = ids_.try_emplace(std::string(path), static_cast<OwnerId>(entries_.size()));
    if (added) entries_.push_back({std::string(path), std::string(nmt_category)});
    return it->second;
}

std::string path_of_category(std::string_view category) {
    for (const CategoryPath& entry : category_paths) {
        if (entry.category == category) return std::string(entry.path);
    }
    std::string name;
    for (const char c : category) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return path_below(owner_path::jvm, name);
}

}  // namespace nmtx
