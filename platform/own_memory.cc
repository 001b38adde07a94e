#include "platform/own_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace nmtx {

void prefer_huge_pages() {
    constexpr std::size_t huge_page = std::size_t{2} << 20U;
    constexpr std::size_t most = std::size_t{256} << 20U;  // of address space: nothing is touched here
    // No chunk gets a mapping of its own, and the top of the heap is not given back: the advice below stays
    // with the memory.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    void* block = std::malloc(most);
    if (block == nullptr) return;
    const std::size_t to_border =
        (huge_page - reinterpret_cast<std::uintptr_t>(block) % huge_page) % huge_page;
    madvise(static_cast<char*>(block) + to_border, most - huge_page, MADV_HUGEPAGE);
    std::free(block);
}

}  // namespace nmtx
