#include "platform/own_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace nmtx {

void keep_heap_in_one_piece() {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);  // no chunk gets a mapping of its own
    mallopt(M_TRIM_THRESHOLD, 1 << 30);  // an advice stays with the memory that it was given for
}

void prefer_huge_pages_from(const void* here) {
    constexpr std::uintptr_t huge_page = std::uintptr_t{2} << 20U;
    constexpr std::size_t ahead = std::size_t{128} << 20U;  // of address space: nothing is touched here
    void* top = std::malloc(ahead);
    if (top == nullptr) return;
    const std::uintptr_t distance =
        reinterpret_cast<std::uintptr_t>(top) - reinterpret_cast<std::uintptr_t>(here);
    const std::uintptr_t to_border =
        (huge_page - reinterpret_cast<std::uintptr_t>(here) % huge_page) % huge_page;
    if (distance < (std::uintptr_t{1} << 30U)) {
        // Private to this process, so casting const away writes to nothing: only the advice goes to the
        // kernel.
        char* const begin = const_cast<char*>(static_cast<const char*>(here)) + to_border;
        madvise(begin, (distance + ahead - to_border) / huge_page * huge_page, MADV_HUGEPAGE);
    }
    std::free(top);
}

}  // namespace nmtx
