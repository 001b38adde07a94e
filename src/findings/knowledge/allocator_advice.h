// How to get the statistics of an allocator other than glibc's.
#pragma once

#include <string_view>

namespace nmtx {

struct AllocatorAdvice {
    std::string_view allocator;      // "jemalloc"
    std::string_view text;           // a sentence or two
    std::string_view what, command;  // the first step, as a remedy
};

// By a name such as "jemalloc" or "jemalloc and glibc"; null for glibc and unlisted allocators.
const AllocatorAdvice* advice_on_allocator(std::string_view allocator);

}  // namespace nmtx
