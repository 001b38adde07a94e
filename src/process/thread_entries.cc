#include "process/thread_entries.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/printable.h"

namespace nmtx {

std::string format_thread_entries(const std::vector<ThreadEntry>& entries) {
    std::string out;
    for (const ThreadEntry& entry : entries)
        out += fmt::format("{:x} {}\n", entry.stack_top.value, entry.file);
    return out;
}

Expected<std::vector<ThreadEntry>> parse_thread_entries(std::string_view text, std::string_view document) {
    std::vector<ThreadEntry> entries;
    Lines lines(text);
    while (lines.next()) {
        Cursor cursor(lines.line());
        const auto top = cursor.hex();
        if (!top || !cursor.take(" ") || cursor.at_end() ||
            (!entries.empty() && entries.back().stack_top.value >= *top)) {
            return lines.error(document, fmt::format("expected ascending \"ADDRESS FILE\", found '{}'",
                                                     printable(lines.line().substr(0, 80))));
        }
        entries.push_back({Address{*top}, std::string(cursor.rest())});
    }
    return entries;
}

}  // namespace nmtx
