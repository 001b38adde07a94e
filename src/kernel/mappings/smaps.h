// /proc/PID/smaps: one record for each mapping (VMA) of a process, in address order.
// Format: Linux Documentation/filesystems/proc.rst, section 1.1 ("smaps"), and fs/proc/task_mmu.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct Protection {
    bool read = false;
    bool write = false;
    bool execute = false;
    bool shared = false;  // 's': MAP_SHARED; otherwise 'p', private (copy on write)
    [[nodiscard]] bool none() const { return !read && !write && !execute; }
    [[nodiscard]] std::string text() const;  // "rw-p"
    friend bool operator==(const Protection&, const Protection&) = default;
};

// One mapping. The views (name, vm_flags) point into the parsed text, which must live longer.
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
    Bytes anonymous;        // part of rss: pages that are not, or no longer, the file's
    Bytes anon_huge_pages;  // part of rss: transparent huge pages
    Bytes shared_hugetlb;   // not in rss
    Bytes private_hugetlb;  // not in rss
    Bytes swap;
    Bytes locked;
    Bytes kernel_page_size;
    std::optional<bool> thp_eligible;
    std::string_view vm_flags;  // two-letter codes separated by blanks, "rd wr mr mw me ac sd"; empty where
                                // the kernel prints none

    [[nodiscard]] bool anonymous_mapping() const { return inode == 0 && name.empty(); }
    [[nodiscard]] bool private_anonymous() const { return anonymous_mapping() && !protection.shared; }
    // Anonymous memory in huge pages of hugetlb. The kernel gives each such mapping its own inode, and all
    // the same name. pmap without -p leaves the slash out.
    [[nodiscard]] bool anonymous_hugetlb() const {
        const std::string_view base = name.starts_with('/') ? name.substr(1) : name;
        return base == "anon_hugepage (deleted)" || base == "anon_hugepage";
    }
    // pmap prints no inodes; names in brackets are not files.
    [[nodiscard]] bool of_file() const {
        return (inode != 0 || (!name.empty() && name.front() != '[')) && !anonymous_hugetlb();
    }
    [[nodiscard]] bool has_flag(std::string_view two_letters) const;
};

// Which text the mappings are from.
enum class MappingsFrom {
    smaps,
    pmap,
    maps,
    page_tables,  // of each mapping RSS, as smaps has it, and nothing else
};

struct Smaps {
    std::vector<Mapping> mappings;      // ascending, not overlapping
    std::size_t changed_meanwhile = 0;  // listed again, because they changed while smaps was read
    Bytes rss;                          // sums over all mappings
    Bytes pss;
    Bytes swap;
    Bytes hugetlb;

    // A figure that the text does not have is 0 in every mapping. smaps has all of them.
    MappingsFrom from = MappingsFrom::smaps;
    bool rss_known = true;
    bool rss_estimated = false;  // we distributed RSS over the mappings; no text has it for each
    bool pss_known = true;
    bool swap_known = true;

    // It is known that no page of it is resident.
    [[nodiscard]] bool untouched(const Mapping& mapping) const { return rss_known && mapping.rss == Bytes(); }
    void add_up();  // sets the sums from the mappings
};

// `document` names the text in errors ("smaps"). An empty text is a process without user memory: no mappings.
Expected<Smaps> parse_smaps(std::string_view text, std::string_view document = "smaps");

// smaps or maps as people paste them: truncated, with lines missing, with remarks after lines. hs_err's
// "Dynamic libraries:" is a maps text.
struct PastedSmaps {
    Smaps smaps;                  // a maps text has no figures: rss_known is false
    std::size_t without_rss = 0;  // mappings whose "Rss:" line is not there; their RSS counts as 0
    NotUnderstood not_understood;
};
// Fails where no line is a mapping. A mapping that lies before the one above it (of another process, or
// sorted otherwise) is set aside with its fields, and so is smaps_rollup's.
Expected<PastedSmaps> parse_pasted_smaps(std::string_view text, std::string_view document = "smaps");

// /proc/PID/smaps_rollup (Linux 4.14+): the sums of all mappings. The line "begin-end ---p ... [rollup]" may
// be missing.
struct SmapsRollup {
    std::optional<Bytes> rss, pss, pss_dirty, pss_anon, pss_file, pss_shmem, shared_clean, shared_dirty,
        private_clean, private_dirty, anonymous, anon_huge_pages, shared_hugetlb, private_hugetlb, swap,
        locked;
    NotUnderstood not_understood;
};
// Fails where no line has RSS or PSS.
Expected<SmapsRollup> parse_smaps_rollup(std::string_view text, std::string_view document = "smaps_rollup");

}  // namespace nmtx
