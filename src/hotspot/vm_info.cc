#include "hotspot/vm_info.h"

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/vm_info_reader.h"
#include "hotspot/vm_text.h"

namespace nmtx {

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
