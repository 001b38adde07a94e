#include "platform/proc/pagemap_scan.h"

#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace nmtx {
namespace {

// In names of our own: the headers that we are built with may be older than the kernel that we run on.
// Source: include/uapi/linux/fs.h.
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
constexpr unsigned long pagemap_scan_request = _IOWR('f', 16, ScanArgument);
constexpr std::uint64_t page_is_present = 1U << 3U;
constexpr std::uint64_t page_is_swapped = 1U << 4U;
constexpr std::uint64_t page_is_pfnzero = 1U << 5U;
constexpr std::uint64_t page_is_huge = 1U << 6U;

// With more, Linux 6.18 can return a stale `walk_end`, and regions come twice.
constexpr std::size_t most_regions = 512;

using ScannedRegions = std::array<ScannedRegion, most_regions>;

ScanArgument argument_of(Range range, PagemapScan how, ScannedRegions& regions) {
    ScanArgument argument{};
    argument.size = sizeof argument;
    argument.start = range.begin.value;
    argument.end = range.end.value;
    argument.vec = reinterpret_cast<std::uintptr_t>(regions.data());
    argument.vec_len = regions.size();
    argument.max_pages = how.most_pages_at_once;
    argument.category_mask = page_is_present | page_is_swapped | page_is_pfnzero;
    argument.category_inverted = page_is_swapped | page_is_pfnzero;
    argument.return_mask = page_is_present | (how.huge_apart ? page_is_huge : 0);
    return argument;
}

}  // namespace

bool knows_pagemap_scan(int pagemap) {
    // An empty range: a kernel without the ioctl says ENOTTY before it looks at the argument.
    ScannedRegions none;
    ScanArgument argument = argument_of({}, {}, none);
    return ::ioctl(pagemap, pagemap_scan_request, &argument) >= 0;
}

bool scan_resident(int pagemap, Range range, PagemapScan how,
                   const std::function<bool(const ScannedPages&)>& visit) {
    ScannedRegions regions;
    while (range.begin < range.end) {
        ScanArgument argument = argument_of(range, how, regions);
        const int filled = ::ioctl(pagemap, pagemap_scan_request, &argument);
        if (filled < 0 && errno == EINTR) continue;
        if (filled < 0 || static_cast<std::size_t>(filled) > regions.size()) return false;
        for (int i = 0; i < filled; ++i) {
            const ScannedRegion& region = regions.at(static_cast<std::size_t>(i));
            if (!visit({range_of(region.start, region.end), (region.categories & page_is_huge) != 0}))
                return false;
        }
        if (argument.walk_end <= range.begin.value) return false;
        range.begin.value = argument.walk_end;
    }
    return true;
}

}  // namespace nmtx
