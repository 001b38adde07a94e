// The ioctl PAGEMAP_SCAN on /proc/PID/pagemap (Linux 6.7), in names of our own: the headers that we are built
// with may be older than the kernel that we run on. Source: include/uapi/linux/fs.h.
#pragma once

#include <sys/ioctl.h>

#include <cstddef>
#include <cstdint>

namespace nmtx {

struct ScannedRegion {
    std::uint64_t start;
    std::uint64_t end;
    std::uint64_t categories;
};
struct ScanArgument {
    std::uint64_t size;
    std::uint64_t flags;
    std::uint64_t start;
    std::uint64_t end;
    std::uint64_t walk_end;
    std::uint64_t vec;
    std::uint64_t vec_len;
    std::uint64_t max_pages;
    std::uint64_t category_inverted;
    std::uint64_t category_mask;
    std::uint64_t category_anyof_mask;
    std::uint64_t return_mask;
};
inline constexpr unsigned long pagemap_scan_request = _IOWR('f', 16, ScanArgument);
inline constexpr std::uint64_t page_is_present = 1U << 3U;
inline constexpr std::uint64_t page_is_swapped = 1U << 4U;
inline constexpr std::uint64_t page_is_pfnzero = 1U << 5U;
inline constexpr std::uint64_t page_is_huge = 1U << 6U;

// With more, Linux 6.18 can return a stale `walk_end`, and regions come twice.
inline constexpr std::size_t most_scanned_regions = 512;

}  // namespace nmtx
