#include "platform/os/own_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

#include "base/pages.h"

namespace nmtx {
namespace {

std::uintptr_t to_border(const void* address, std::uintptr_t unit) {
    return (unit - reinterpret_cast<std::uintptr_t>(address) % unit) % unit;
}

// Private to this process, so casting const away writes to nothing: only the advice goes to the kernel, which
// may refuse it.
void advise(const void* begin, std::size_t bytes, int advice) {
    madvise(const_cast<void*>(begin), bytes, advice);
}

// The whole pages in [begin, begin + bytes), in one call of the kernel instead of a fault for each. Before
// Linux 5.14 they fault in one by one.
void populate([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_POPULATE_WRITE
    const std::uintptr_t skip = to_border(begin, small_page);
    if (bytes > skip)
        advise(static_cast<const char*>(begin) + skip, (bytes - skip) / small_page * small_page,
               MADV_POPULATE_WRITE);
#endif
}

}  // namespace

void keep_heap_in_one_piece() {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);  // no chunk gets its own mapping
    mallopt(M_TRIM_THRESHOLD, 1 << 30);  // an advice stays with the memory that it was given for
    constexpr std::size_t usual = std::size_t{448} << 10U;
    void* const heap = std::malloc(usual);
    if (heap != nullptr) populate(heap, usual);
    std::free(heap);
}

void give_large_pieces_back() {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

void share_heap_among_threads() {
    mallopt(M_ARENA_MAX, 1);
}

void prefer_huge_pages_from(const void* here) {
    constexpr std::size_t ahead = std::size_t{256} << 20U;  // of address space: nothing is touched here
    void* const top = std::malloc(ahead);
    if (top == nullptr) return;
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(here);
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(top);
    if (end > begin && end - begin < (std::uintptr_t{1} << 30U)) {
        const std::uintptr_t border = to_border(here, huge_page);
        advise(static_cast<const char*>(here) + border,
               (end - begin + ahead - border) / huge_page * huge_page, MADV_HUGEPAGE);
        // Where malloc has touched a page already, at `here` and at its top, the kernel gives small ones up
        // to the border.
        populate(here, border);
        populate(top, to_border(top, huge_page));
    }
    std::free(top);
}

void prefer_huge_pages() {
    share_heap_among_threads();
    void* const here = std::malloc(1);
    if (here != nullptr) prefer_huge_pages_from(here);
    std::free(here);
}

}  // namespace nmtx
