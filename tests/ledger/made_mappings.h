// A process as text, the way the kernel gives it: each mapping with its Rss.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "ledger/ledger.h"
#include "process/process_view.h"

namespace nmtx::made {

inline constexpr std::string_view libjvm = "/usr/lib/jvm/java-17/lib/server/libjvm.so";

class Mappings {
  public:
    Mappings& map(std::uint64_t begin, std::uint64_t end, std::string_view flags, std::uint64_t rss_kib,
                  std::string_view name = {}, std::uint64_t inode = 0, std::uint64_t offset = 0) {
        smaps_ += fmt::format("{:x}-{:x} {} {:08x} fe:00 {} {}\nRss: {:>18} kB\nPss: {:>18} kB\n", begin, end,
                              flags, offset, inode, name, rss_kib, rss_kib);
        return *this;
    }
    ProcessView& view(Vm vm = Vm::hotspot) {
        view_.smaps = parse_smaps(smaps_).value();
        view_.vm = vm;
        return view_;
    }

  private:
    std::string smaps_;
    ProcessView view_;
};

inline NmtCategory& category(ProcessView& view, std::string name, Bytes reserved, Bytes committed) {
    if (!view.nmt) view.nmt.emplace();
    NmtCategory& category = view.nmt->categories.emplace_back();
    category.name = std::move(name);
    category.reserved = category.mmap_reserved = reserved;
    category.committed = category.mmap_committed = committed;
    view.nmt->committed += committed;
    return category;
}

inline NmtRegion region(std::uint64_t begin, std::uint64_t end, std::string tag) {
    NmtRegion region;
    region.range = range_of(begin, end);
    region.tag = std::move(tag);
    return region;
}

inline Bytes sum_of(const Ledger& ledger) {
    Bytes sum;
    for (const Row& row : ledger.rows) sum += row.resident;
    return sum;
}

}  // namespace nmtx::made
