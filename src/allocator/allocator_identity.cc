#include "allocator/allocator_identity.h"

#include <algorithm>
#include <array>

#include "base/paths.h"

namespace nmtx {
namespace {

struct AllocatorLibrary {
    std::string_view begins;  // how the name of the library's file begins
    std::string_view allocator;
    bool in_its_place = false;  // of the C library's
};
constexpr std::array allocator_libraries{
    AllocatorLibrary{"libjemalloc", "jemalloc", true},
    AllocatorLibrary{"libtcmalloc", "tcmalloc", true},  // libtcmalloc_minimal, libtcmalloc_and_profiler
    AllocatorLibrary{"libmimalloc", "mimalloc", true},  // libmimalloc-secure
    AllocatorLibrary{"ld-musl-", "musl"},               // the loader is the C library
    AllocatorLibrary{"libc.musl-", "musl"},
    AllocatorLibrary{"libc.so.6", "glibc"},
    AllocatorLibrary{"libc-2.", "glibc"},  // before 2.34: libc-2.31.so
};

// musl's own name for itself. glibc has a file of that name too, but it is a text for the linker.
constexpr std::string_view musl_itself = "libc.so";

// libfoo.so, libfoo.so.1.2.3
const AllocatorLibrary* library_of(std::string_view name) {
    name = base_name(without_deleted_mark(name));
    if (!is_shared_object(name)) return nullptr;
    for (const AllocatorLibrary& library : allocator_libraries) {
        if (name.starts_with(library.begins) || (name == musl_itself && library.allocator == "musl"))
            return &library;
    }
    return nullptr;
}

}  // namespace

std::string AllocatorIdentity::others() const {
    std::string name;
    for (const std::string_view allocator : in_its_place) {
        if (!name.empty()) name += " and ";
        name += allocator;
    }
    return name;
}

std::string_view allocator_of_file(std::string_view mapped_name) {
    const AllocatorLibrary* library = library_of(mapped_name);
    return library == nullptr ? std::string_view() : library->allocator;
}

AllocatorIdentity identify_allocator(std::span<const std::string_view> mapped_names) {
    AllocatorIdentity identity;
    std::string_view last;
    for (const std::string_view name : mapped_names) {
        if (name == last) continue;  // a library has several mappings
        last = name;
        const AllocatorLibrary* library = library_of(name);
        if (library == nullptr) continue;
        auto& others = identity.in_its_place;
        if (!library->in_its_place) {
            // Of two C libraries, which a compatibility layer may bring, the first is as good as the other.
            if (identity.c_library.empty()) identity.c_library = library->allocator;
        } else if (std::find(others.begin(), others.end(), library->allocator) == others.end()) {
            others.push_back(library->allocator);
        }
    }
    std::sort(identity.in_its_place.begin(), identity.in_its_place.end());
    return identity;
}

}  // namespace nmtx
