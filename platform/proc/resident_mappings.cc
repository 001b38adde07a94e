#include "platform/proc/resident_mappings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "kernel/mappings/mapping_header.h"
#include "platform/os/descriptor.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/pagemap_scan.h"

namespace nmtx {
namespace {

struct ResidentMapping {
    std::string_view line;  // of maps
    Range range;
    bool of_file = false;  // of whatever has an inode: hugetlb has
    std::uint64_t resident = 0;
};

// A huge page of a file may be one of hugetlb, which is not RSS.
constexpr PagemapScan scan_of_mappings{.huge_apart = true, .most_pages_at_once = 16384};

// Before Linux 6.16 the scan takes the huge zero page for memory, which smaps does not. It is tried on memory
// of our own that was only read. A kernel without huge pages has no such page.
bool knows_huge_zero_page() {
    constexpr std::size_t huge = std::size_t{2} << 20U;
    void* const mapped =
        ::mmap(nullptr, 2 * huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return false;
    const std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(mapped) + huge - 1) / huge * huge;
    char* const page = static_cast<char*>(mapped) + (begin - reinterpret_cast<std::uintptr_t>(mapped));
    bool known = false;
    const auto own = ProcessFiles::open(static_cast<std::uint64_t>(::getpid()));
    const auto pagemap = own ? own->open_file("pagemap", O_RDONLY) : tl::make_unexpected(own.error());
    if (pagemap && ::madvise(page, huge, MADV_HUGEPAGE) == 0) {
        static_cast<void>(*static_cast<volatile char*>(page));
        const auto nothing = [](const ScannedPages&) { return false; };
        known = scan_resident(pagemap->get(), range_of(begin, begin + huge), scan_of_mappings, nothing);
    } else if (pagemap) {
        known = !read_system_file("/sys/kernel/mm/transparent_hugepage/enabled");
    }
    ::munmap(mapped, 2 * huge);
    return known;
}

// Nothing where the lines do not ascend: the mappings changed while they were read.
std::optional<std::vector<ResidentMapping>> mappings_of(std::string_view maps) {
    std::vector<ResidentMapping> mappings;
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(line.size() + 1, maps.size()));
        Mapping mapping;
        if (!read_mapping_header(line, mapping)) return std::nullopt;
        if (!mappings.empty() && mapping.range.begin < mappings.back().range.end) return std::nullopt;
        mappings.push_back({line, mapping.range, mapping.inode != 0});
    }
    return mappings;
}

// False where smaps has to be read: whether a huge page of a file is one of hugetlb, which is not RSS, the
// scan does not tell.
bool fill_in(int pagemap, std::vector<ResidentMapping>& mappings) {
    constexpr std::uint64_t behind_user_space = std::uint64_t{1} << 63U;
    Range whole{mappings.front().range.begin, mappings.front().range.end};
    for (const ResidentMapping& mapping : mappings) {
        if (mapping.range.end.value < behind_user_space) whole.end = mapping.range.end;
    }
    auto at = mappings.begin();
    return scan_resident(pagemap, whole, scan_of_mappings, [&](const ScannedPages& pages) {
        const Range found = pages.range;
        while (at != mappings.end() && at->range.end <= found.begin) ++at;
        for (auto each = at; each != mappings.end() && each->range.begin < found.end; ++each) {
            if (each->of_file && pages.huge) return false;
            each->resident += intersect(each->range, found).size().value();
        }
        return true;
    });
}

}  // namespace

std::optional<std::string> read_resident_mappings(const ProcessFiles& process) {
    static const bool exact = knows_huge_zero_page();
    if (!exact) return std::nullopt;
    const auto pagemap = process.open_file("pagemap", O_RDONLY);
    const auto maps = process.read_large("maps");
    if (!pagemap || !maps) return std::nullopt;
    auto mappings = mappings_of(*maps);
    if (!mappings || mappings->empty() || !fill_in(pagemap->get(), *mappings)) return std::nullopt;
    std::string text;
    for (const ResidentMapping& mapping : *mappings)
        fmt::format_to(std::back_inserter(text), "{}\nRss:{:>20} kB\n", mapping.line,
                       mapping.resident / 1024);
    return text;
}

}  // namespace nmtx
