// libFuzzer: no bytes make the readers of VM.native_memory and System.map crash, and what they return keeps
// its promises. The first byte selects the reader.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "hotspot/nmt.h"
#include "hotspot/nmt_sites.h"
#include "hotspot/system_map.h"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

void fuzz_nmt(std::string_view text) {
    const auto parsed = nmtx::parse_nmt(text);
    if (!parsed) return;
    if (const auto* refusal = std::get_if<nmtx::NmtRefusal>(&*parsed)) {
        require(refusal->text.size() <= 200);
        return;
    }
    const auto& report = std::get<nmtx::NmtReport>(*parsed);
    require(report.notes.size() <= 51);
    nmtx::Address taken;
    for (const nmtx::NmtRegion& region : report.regions) {
        require(!region.range.empty() && taken <= region.range.begin && !region.tag.empty());
        taken = region.range.end;
        nmtx::Address committed = region.range.begin;
        for (const nmtx::Range part : region.committed) {
            require(!part.empty() && region.range.contains(part) && committed <= part.begin);
            committed = part.end;
        }
        require(!region.wholly_committed ||
                (region.committed.size() == 1 && region.committed[0] == region.range));
    }
    (void)report.malloc_total();
}

void fuzz_sites(std::string_view text) {
    const auto sites = nmtx::parse_nmt_sites(text);
    if (!sites || !*sites) return;
    require((*sites)->notes.size() <= 51);
    for (const nmtx::NmtSite& site : (*sites)->sites) {
        require(site.kind == nmtx::NmtSiteKind::mmap || site.reserved == site.committed);
        for (const nmtx::NmtFrame& frame : site.frames) require(frame.symbol.find('\n') == std::string::npos);
    }
}

void fuzz_system_map(std::string_view text) {
    const auto map = nmtx::parse_system_map(text);
    if (!map) return;
    nmtx::Address taken;
    for (const nmtx::SystemMapRow& row : map->rows) {
        require(!row.range.empty() && taken <= row.range.begin);
        taken = row.range.end;
        require(row.threads.size() <= row.tags.size());
        for (const auto& tag : row.tags) (void)nmtx::nmt_category_of_system_map_tag(tag);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 2 == 0) {
        fuzz_nmt(text);
        fuzz_sites(text);
    } else {
        fuzz_system_map(text);
    }
    return 0;
}
