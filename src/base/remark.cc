#include "base/remark.h"

#include "base/cursor.h"

namespace nmtx {
namespace {

// "<1>", as documentation tools number their call-outs.
bool is_call_out(std::string_view text) {
    const std::size_t digits = text.find_first_not_of("0123456789", 1);
    return digits != std::string_view::npos && digits > 1 && text[digits] == '>';
}

bool begins_remark(std::string_view text) {
    constexpr std::string_view left_arrow = "\u2190";
    switch (text.front()) {
        case '<':
            return text.starts_with("<-") || text.starts_with("<=") || text.starts_with("<<") ||
                   is_call_out(text);
        case '!':
            return text.starts_with("!!");
        case '#':
            return text.starts_with("# ");
        case '/':
            return text.starts_with("// ");
        default:
            return text.starts_with(left_arrow);
    }
}

bool begins_arrow(std::string_view text) {
    constexpr std::string_view left_arrow = "\u2190";
    return text.starts_with("<-") || text.starts_with("<==") || text.starts_with("<<") ||
           text.starts_with("!!") || text.starts_with(left_arrow);
}

// A remark is at the beginning or after a blank, and names contain few of those.
Remarked split_at(std::string_view line, bool (*begins)(std::string_view)) {
    for (std::size_t at = 0; at < line.size();) {
        const bool blank = line[at] == ' ' || line[at] == '\t';
        if (!blank && begins(line.substr(at))) return {trim(line.substr(0, at)), trim(line.substr(at))};
        const std::size_t next = blank ? at : line.find_first_of(" \t", at);
        if (next == std::string_view::npos) break;
        at = line.find_first_not_of(" \t", next);
        if (at == std::string_view::npos) break;
    }
    return {line, {}};
}

}  // namespace

Remarked split_remark(std::string_view line) {
    return split_at(line, begins_remark);
}

Remarked split_arrow(std::string_view line) {
    return split_at(line, begins_arrow);
}

Remarked split_remark_of_amount(std::string_view line) {
    const Remarked parts = split_remark(line);
    constexpr std::string_view unit = " kB ";
    const std::size_t at = parts.text.find(unit);
    if (at == std::string_view::npos || parts.text.find(':') > at) return parts;
    const std::size_t end = at + unit.size() - 1;
    return {line.substr(0, end), trim(line.substr(end))};
}

}  // namespace nmtx
