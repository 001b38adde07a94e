// Which malloc a process uses, by the names of its mapped files. An allocator that is linked into the
// program is not visible this way, and glibc is mapped even where another library serves malloc: only its
// memory shows whether its arenas are used.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

struct AllocatorIdentity {
    std::string_view c_library;  // "glibc" or "musl"; empty where neither is mapped
    std::vector<std::string_view>
        in_its_place;  // "jemalloc", "tcmalloc", "mimalloc": libraries that replace malloc, each once

    // More than one library replaces malloc; nothing shows which one serves which caller.
    [[nodiscard]] bool mixed() const { return in_its_place.size() > 1; }
    // "jemalloc", "jemalloc and tcmalloc"; empty where none is mapped.
    [[nodiscard]] std::string others() const;
    // What serves malloc, if each library that can replace it does: "glibc", "jemalloc", "jemalloc and
    // tcmalloc"; empty where nothing shows it. JNI code may have loaded a library only for itself: the
    // walk's result decides (serving_allocator.h).
    [[nodiscard]] std::string name() const {
        return in_its_place.empty() ? std::string(c_library) : others();
    }
};

// The allocator in a mapped file: "glibc" for "/lib/libc-2.31.so (deleted)", empty for most.
std::string_view allocator_of_file(std::string_view mapped_name);

// Names as smaps prints them.
AllocatorIdentity identify_allocator(std::span<const std::string_view> mapped_names);

}  // namespace nmtx
