#include "platform/own_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace nmtx {
namespace {

void advise(void* begin, std::size_t size) {
    constexpr std::size_t huge_page = std::size_t{2} << 20U;
    const std::size_t to_border =
        (huge_page - reinterpret_cast<std::uintptr_t>(begin) % huge_page) % huge_page;
    if (size < to_border + huge_page) return;
    madvise(static_cast<char*>(begin) + to_border, (size - to_border) / huge_page * huge_page, MADV_HUGEPAGE);
}

}  // namespace

void prefer_huge_pages(void* rest, std::size_t size) {
    constexpr std::size_t ahead = std::size_t{128} << 20U;  // of address space: nothing is touched here
    advise(rest, size);
    // No chunk gets a mapping of its own from here on, and the top of the heap is not given back: the advice
    // stays with the memory.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    void* block = std::malloc(ahead);
    if (block == nullptr) return;
    advise(block, ahead);
    std::free(block);
}

}  // namespace nmtx
