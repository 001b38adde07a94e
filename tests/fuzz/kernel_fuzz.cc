// The parsers of src/kernel on any bytes: the first chooses the parser, the rest is its text. Besides "no
// crash", what must hold of every value that a parser accepts is checked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "documents/residency.h"
#include "kernel/containers/cgroup.h"
#include "kernel/cpus.h"
#include "kernel/huge_pages.h"
#include "kernel/mappings/loaded_images.h"
#include "kernel/mappings/smaps.h"
#include "kernel/status.h"
#include "kernel/task_switches.h"
#include "kernel/tasks.h"
#include "kernel/thread_bounds.h"

using namespace nmtx;

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

bool inside(std::string_view part, std::string_view text) {
    return part.empty() ||
           (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

bool same(const Mapping& a, const Mapping& b) {
    return a.range == b.range && a.protection == b.protection && a.offset == b.offset &&
           a.device == b.device && a.inode == b.inode && a.name == b.name && a.rss == b.rss &&
           a.pss == b.pss && a.shared_clean == b.shared_clean && a.shared_dirty == b.shared_dirty &&
           a.private_clean == b.private_clean && a.private_dirty == b.private_dirty &&
           a.anonymous == b.anonymous && a.anon_huge_pages == b.anon_huge_pages &&
           a.shared_hugetlb == b.shared_hugetlb && a.private_hugetlb == b.private_hugetlb &&
           a.swap == b.swap && a.locked == b.locked && a.kernel_page_size == b.kernel_page_size &&
           a.thp_eligible == b.thp_eligible && a.vm_flags == b.vm_flags;
}

// A record alone is read without anything learnt from another one; it must come out the same among others.
void check_smaps(std::string_view text) {
    const auto smaps = parse_smaps(text);
    if (!smaps) return must(smaps.error().where.find("smaps:") == 0);
    Bytes rss;
    Address last;
    std::size_t end = text.size();
    // Of memory that was listed twice the first word is cut away or gone.
    const bool once = smaps->changed_meanwhile == 0;
    for (std::size_t i = smaps->mappings.size(); once && i-- > 0;) {
        const Mapping& mapping = smaps->mappings[i];
        const auto name = static_cast<std::size_t>(mapping.name.data() - text.data());
        const std::size_t newline = text.rfind('\n', name - 1);
        const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
        const auto alone = parse_smaps(text.substr(begin, end - begin));
        must(alone && alone->mappings.size() == 1 && same(alone->mappings.front(), mapping));
        end = begin;
    }
    must(!once || end == 0);
    for (const Mapping& mapping : smaps->mappings) {
        must(!mapping.range.empty() && mapping.range.begin >= last);
        must(inside(mapping.name, text) && inside(mapping.vm_flags, text));
        last = mapping.range.end;
        rss += mapping.rss;
    }
    must(rss == smaps->rss);
}

void check_residency(std::string_view text) {
    const auto residency = parse_residency(text);
    if (!residency) return;
    Bytes present;
    for (const Range run : residency->present) {
        must(residency->covers(run) && residency->resident_in(run) == run.size());
        present += run.size();
    }
    must(present == residency->resident_in(range_of(0, UINT64_MAX)));
    const std::string written = format_residency(*residency);
    const auto again = parse_residency(written);
    must(again && again->asked == residency->asked && again->present == residency->present &&
         again->method == residency->method && again->page_size == residency->page_size);
}

// Documents of a few lines: one text goes to all of them.
void read_short_documents(std::string_view text) {
    static_cast<void>(parse_cgroup_memory(text));
    static_cast<void>(parse_cgroup_pids(text));
    static_cast<void>(parse_cgroup_cpu(text));
    static_cast<void>(parse_cpu_list(text));
    static_cast<void>(parse_loaded_images(text));
    static_cast<void>(parse_task_stat(text));
    static_cast<void>(parse_task_switches(text));
    static_cast<void>(processor_in_stat(text));
    static_cast<void>(parse_thp_mode(text));
    static_cast<void>(parse_thread_bounds(text));
    static_cast<void>(parse_threads_max(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 10) {
        case 0:
        case 1:
            check_smaps(text);
            break;
        case 2:
            check_residency(text);
            break;
        case 3:
            static_cast<void>(parse_status(text));
            break;
        case 4:
            static_cast<void>(parse_statm(text));
            break;
        case 5:
            static_cast<void>(parse_limits(text));
            break;
        case 6:
        case 7:
            static_cast<void>(parse_tasks(text));
            break;
        case 8:
            static_cast<void>(parse_cgroup_path(text));
            break;
        default:
            read_short_documents(text);
            break;
    }
    return 0;
}
