// /proc/PID/smaps: one record for each mapping (VMA) of a process, in address order.
// Format: Linux Documentation/filesystems/proc.rst, section 1.1 ("smaps"), and fs/proc/task_mmu.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct Protection {
    bool read = false;
    bool write = false;
    bool execute = false;
    bool shared = false;  // 's': MAP_SHARED; otherwise 'p', private (copy on write)
    [[nodiscard]] bool none() const { return !read && !write && !execute; }
    friend bool operator==(const Protection&, const Protection&) = default;
};

// One mapping. The views (name, vm_flags) point into the text that was parsed and live as long as it does.
struct Mapping {
    Range range;
    Protection protection;
    std::uint64_t offset = 0;  // in the file, bytes
    std::uint32_t device = 0;  // major << 20 | minor
    std::uint64_t inode = 0;   // 0: anonymous
    std::string_view name;     // as the kernel prints it: a path (newline as \012, maybe " (deleted)"),
                               // "[heap]", "[anon:…]", empty

    Bytes rss;
    Bytes pss;
    Bytes shared_clean;
    Bytes shared_dirty;
    Bytes private_clean;
    Bytes private_dirty;
    Bytes anonymous;        // of rss: pages that are no longer or never were the file's
    Bytes anon_huge_pages;  // of rss: transparent huge pages
    Bytes shared_hugetlb;   // not in rss
    Bytes private_hugetlb;  // not in rss
    Bytes swap;
    Bytes locked;
    Bytes kernel_page_size;
    std::optional<bool> thp_eligible;
    std::string_view vm_flags;  // two-letter codes separated by blanks, "rd wr mr mw me ac sd"; empty where
                                // the kernel prints none

    [[nodiscard]] bool anonymous_mapping() const { return inode == 0 && name.empty(); }
    [[nodiscard]] bool has_flag(std::string_view two_letters) const;
};

struct Smaps {
    std::vector<Mapping> mappings;      // ascending, not overlapping
    std::size_t changed_meanwhile = 0;  // that were listed again, since they changed while smaps was read
    Bytes rss;                          // sums over all mappings
    Bytes pss;
    Bytes swap;
    Bytes hugetlb;
};

// `document` names the text in errors ("smaps"). An empty text is a process without user memory: no mappings.
Expected<Smaps> parse_smaps(std::string_view text, std::string_view document = "smaps");

}  // namespace nmtx
