// The ioctl PAGEMAP_SCAN on /proc/PID/pagemap (Linux 6.7).
#pragma once

#include <cstdint>
#include <functional>

#include "base/address.h"

namespace nmtx {

// Where it is false, errno says why.
bool knows_pagemap_scan(int pagemap);

struct PagemapScan {
    bool huge_apart = false;  // whether a region is of huge pages
    // Pages that one call may find: so long is the address space locked. 0: no limit.
    std::uint64_t most_pages_at_once = 0;
};

// Pages that smaps counts as RSS: present and not the zero page. Neighbours may come as one region or as two.
struct ScannedPages {
    Range range;
    bool huge = false;  // with huge_apart only
};

// Each region within the whole pages of `range`, ascending, to `visit`; false where the kernel does not
// answer, or visit() wants no more.
bool scan_resident(int pagemap, Range range, PagemapScan how,
                   const std::function<bool(const ScannedPages&)>& visit);

}  // namespace nmtx
