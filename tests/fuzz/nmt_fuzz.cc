// libFuzzer: no bytes make the readers of VM.native_memory and System.map crash, and what they return keeps
// its promises. The first byte selects the reader.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "hotspot/areas/system_map.h"
#include "hotspot/nmt/nmt.h"
#include "hotspot/nmt/nmt_paste.h"
#include "hotspot/nmt/nmt_sites.h"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

void check_report(const nmtx::NmtReport& report) {
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
    (void)report.has_changes();
}

void fuzz_nmt(std::string_view text) {
    const auto parsed = nmtx::parse_nmt(text);
    if (!parsed) return;
    if (const auto* refusal = std::get_if<nmtx::NmtRefusal>(&*parsed))
        require(refusal->text.size() <= 200);
    else
        check_report(std::get<nmtx::NmtReport>(*parsed));
}

void check_unread(const nmtx::NotUnderstood& unread, std::string_view text) {
    require(unread.texts().size() <= nmtx::NotUnderstood::most);
    for (const nmtx::UnreadText& one : unread.texts())
        require(one.line > 0 && one.text.data() >= text.data() &&
                one.text.data() + one.text.size() <= text.data() + text.size());
}

// Report for report, as whoever reads a paste does.
void fuzz_pasted(std::string_view text) {
    while (!text.empty()) {
        const auto parsed = nmtx::parse_pasted_nmt(text);
        if (!parsed || std::holds_alternative<nmtx::NmtRefusal>(*parsed)) break;
        const auto& found = std::get<nmtx::PastedNmt>(*parsed);
        check_report(found.report);
        check_unread(found.not_understood, text);
        require(found.lines > 0);
        for (std::size_t line = 0; line < found.lines; ++line) {
            const std::size_t newline = text.find('\n');
            text = newline == std::string_view::npos ? std::string_view() : text.substr(newline + 1);
        }
    }
    if (const auto statistics = nmtx::parse_nmt_statistics(text))
        check_unread(statistics->not_understood, text);
    if (const auto map = nmtx::parse_pasted_system_map(text)) check_unread(map->not_understood, text);
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
    if (data[0] % 3 == 0) {
        fuzz_nmt(text);
        fuzz_sites(text);
    } else if (data[0] % 3 == 1) {
        fuzz_pasted(text);
    } else {
        fuzz_system_map(text);
    }
    return 0;
}
