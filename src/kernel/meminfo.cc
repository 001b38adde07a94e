// MemTotal:       24683620 kB
// HugePages_Total:       0
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/remark.h"
#include "kernel/fields.h"
#include "kernel/host_memory.h"

namespace nmtx {
namespace {

struct Key {
    std::string_view name;
    std::optional<Bytes> HostMemory::* into;
};
constexpr std::array keys{Key{"MemTotal", &HostMemory::total},
                          Key{"MemFree", &HostMemory::free},
                          Key{"MemAvailable", &HostMemory::available},
                          Key{"Buffers", &HostMemory::buffers},
                          Key{"Cached", &HostMemory::cached},
                          Key{"Shmem", &HostMemory::shared},
                          Key{"SReclaimable", &HostMemory::reclaimable_slab},
                          Key{"Slab", &HostMemory::slab},
                          Key{"PageTables", &HostMemory::page_tables},
                          Key{"AnonPages", &HostMemory::anonymous},
                          Key{"SwapTotal", &HostMemory::swap_total},
                          Key{"SwapFree", &HostMemory::swap_free},
                          Key{"CommitLimit", &HostMemory::commit_limit},
                          Key{"Committed_AS", &HostMemory::committed},
                          Key{"Hugetlb", &HostMemory::huge_pages}};

// "Active(anon):    1616 kB", "HugePages_Total:  0"
bool is_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    if (line.substr(0, colon).find(' ') != std::string_view::npos) return false;
    std::optional<std::uint64_t> number;
    const std::string_view value = trim(line.substr(colon + 1));
    return read_number(value, number) || read_kilobytes(value);
}

}  // namespace

Expected<HostMemory> parse_meminfo(std::string_view text, std::string_view document) {
    HostMemory memory;
    std::optional<std::uint64_t> huge_pages;
    std::optional<Bytes> huge_page;
    bool any = false;
    for (Lines lines(text); lines.next();) {
        const Remarked parts = split_remark_of_amount(trim(lines.line()));
        const std::string_view line = parts.text;
        if (line.empty() && parts.remark.empty()) continue;
        memory.not_understood.add_remark(lines.number(), parts.remark);
        if (!is_field(line)) {
            memory.not_understood.add_line(lines.number(), lines.line());
            continue;
        }
        const std::size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
        for (const Key& key : keys) {
            if (key.name != name) continue;
            if (const auto bytes = read_kilobytes(value)) memory.*key.into = bytes;
            any = true;
        }
        if (name == "HugePages_Total") read_number(trim(value), huge_pages);
        if (name == "Hugepagesize") huge_page = read_kilobytes(value);
    }
    if (!any) return nothing_understood(document, "\"MemTotal:  24683620 kB\"", memory.not_understood);
    // Before Linux 5.4 there was no Hugetlb, which has every size of page.
    if (!memory.huge_pages && huge_pages && huge_page &&
        (*huge_pages == 0 || huge_page->value() <= ~std::uint64_t{} / *huge_pages))
        memory.huge_pages = Bytes(*huge_pages * huge_page->value());
    if (memory.swap_total && memory.swap_free)
        memory.swap_used = minus_or_zero(*memory.swap_total, *memory.swap_free);
    return memory;
}

}  // namespace nmtx
