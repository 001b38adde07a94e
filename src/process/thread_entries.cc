#include "process/thread_entries.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/printable.h"

namespace nmtx {

std::string format_thread_entries(const std::vector<ThreadEntry>& entries) {
    std::string out;
    for (const ThreadEntry& entry : entries)
        out += fmt::format("{:x} {} {}\n", entry.stack_top.value,
                           entry.arena ? fmt::format("{:x}", entry.arena->value) : "-",
                           entry.file.empty() ? "-" : entry.file);
    return out;
}

Expected<std::vector<ThreadEntry>> parse_thread_entries(std::string_view text, std::string_view document) {
    std::vector<ThreadEntry> entries;
    Lines lines(text);
    while (lines.next()) {
        Cursor cursor(lines.line());
        const auto top = cursor.hex();
        const bool ascends = top && (entries.empty() || entries.back().stack_top.value < *top);
        std::optional<Address> arena;
        bool well = ascends && cursor.take(" ");
        if (well && !cursor.take("-")) {
            const auto state = cursor.hex();
            if (state) arena = Address{*state};
            well = state.has_value();
        }
        if (!well || !cursor.take(" ") || cursor.at_end())
            return lines.error(document, fmt::format("expected ascending \"ADDRESS ARENA FILE\", found '{}'",
                                                     printable(lines.line().substr(0, 80))));
        entries.push_back({Address{*top}, cursor.rest() == "-" ? "" : std::string(cursor.rest()), arena});
    }
    return entries;
}

}  // namespace nmtx
