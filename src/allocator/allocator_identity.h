// Which malloc a process uses, as far as the names of the files that it has mapped tell. An allocator that is
// linked into the program itself hides from this, and glibc is mapped also where another library serves
// malloc: whether glibc's arenas hold anything, its memory tells.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

struct AllocatorIdentity {
    std::string_view c_library;  // "glibc" or "musl"; empty where neither is mapped
    std::vector<std::string_view>
        in_its_place;  // "jemalloc", "tcmalloc", "mimalloc": libraries that take malloc over, each once

    // More than one library takes malloc over; nothing shows which of them serves whom.
    [[nodiscard]] bool mixed() const { return in_its_place.size() > 1; }
    // "jemalloc", "jemalloc and tcmalloc"; empty where none of them is mapped.
    [[nodiscard]] std::string others() const;
    // Who serves malloc, if each library that can take it over has: "glibc", "jemalloc", "jemalloc and
    // tcmalloc"; empty where nothing shows it. JNI code may have brought a library that serves itself only:
    // what the walk finds decides (serving_allocator.h).
    [[nodiscard]] std::string name() const {
        return in_its_place.empty() ? std::string(c_library) : others();
    }
};

// What a mapped file tells: "glibc" of "/lib/libc-2.31.so (deleted)", empty for most.
std::string_view allocator_of_file(std::string_view mapped_name);

// Names as smaps prints them.
AllocatorIdentity identify_allocator(std::span<const std::string_view> mapped_names);

}  // namespace nmtx
