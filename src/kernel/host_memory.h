// The memory of a whole machine: /proc/meminfo (format: Linux Documentation/filesystems/proc.rst) and
// free(1).
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct HostMemory {
    std::optional<Bytes> total, free;
    std::optional<Bytes> available;  // what can be allocated without swapping: Linux 3.14 and later
    std::optional<Bytes> buffers, cached, shared, reclaimable_slab, slab, page_tables, anonymous;
    std::optional<Bytes> used;  // free(1): its rule has changed between releases
    std::optional<Bytes> swap_total, swap_free, swap_used;
    std::optional<Bytes> commit_limit, committed;
    std::optional<Bytes> huge_pages;  // taken from the machine for hugetlb, used or not
    // free(1) without letters after its figures and with unknown options: the unit that was assumed, chosen
    // so that the machine has a plausible size.
    std::optional<Bytes> inferred_unit;
    NotUnderstood not_understood;
};

// Fails where no line is one of meminfo's.
Expected<HostMemory> parse_meminfo(std::string_view text, std::string_view document = "meminfo");

// "              total        used        free      shared  buff/cache   available"
bool is_free_heading(std::string_view line);
// `command` is the command line, "free -m"; empty where it is unknown. If there are several tables, the last
// counts.
Expected<HostMemory> parse_free(std::string_view text, std::string_view command = {},
                                std::string_view document = "free");

}  // namespace nmtx
