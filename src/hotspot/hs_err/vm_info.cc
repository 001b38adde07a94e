#include "hotspot/hs_err/vm_info.h"

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/hs_err/vm_info_reader.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

bool is_heading(std::string_view line) {
    return trim(line).empty() || line.starts_with("---------------") || line.starts_with("GC Heap History") ||
           line.starts_with("Compilation events") || line.starts_with("Heap Regions:");
}

}  // namespace

VmInfo::VmInfo() = default;
VmInfo::VmInfo(const VmInfo&) = default;
VmInfo::VmInfo(VmInfo&&) noexcept = default;
VmInfo& VmInfo::operator=(const VmInfo&) = default;
VmInfo& VmInfo::operator=(VmInfo&&) noexcept = default;
VmInfo::~VmInfo() = default;

Expected<std::string> understood_vm_info(std::string_view text, std::string_view document) {
    VmInfoReader reader(document);
    std::string kept;
    for (Lines lines(text); lines.next();) {
        const auto taken = reader.read(lines);
        if (!taken) return tl::make_unexpected(taken.error());
        if (is_heading(lines.line())) {
            // Figures follow the heading, but are not read.
            kept += lines.line().substr(0, lines.line().find('(')).substr(0, 40);
        } else if (*taken) {
            kept += lines.line();
        } else {
            continue;
        }
        kept += '\n';
    }
    return kept;
}

Expected<VmInfo> parse_vm_info(std::string_view text, std::string_view document) {
    VmInfoReader reader(document);
    Lines lines(text);
    std::string_view first_line;
    while (lines.next()) {
        if (first_line.empty()) first_line = trim(lines.line());
        if (const auto taken = reader.read(lines); !taken) return tl::make_unexpected(taken.error());
    }
    if (reader.bounds_missing())
        return lines.error(document, "expected the bounds of a code heap, found the end");
    if (!reader.seen())
        return failure(std::string(document),
                       "expected the report of VM.info, found " + vm::quoted(first_line));
    return reader.take();
}

}  // namespace nmtx
