// Any bytes as the document of a malloc walk: a walk that can be written and read again, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "allocator/malloc_walk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto walk = nmtx::parse_malloc_walk({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (!walk) return 0;
    const auto again = nmtx::parse_malloc_walk(nmtx::format_malloc_walk(*walk), "fuzz");
    if (!again || !(*again == *walk)) std::abort();
    return 0;
}
