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
            return text.starts_with("<-") || text.starts_with("<=") || is_call_out(text);
        case '#':
            return text.starts_with("# ");
        case '/':
            return text.starts_with("// ");
        default:
            return text.starts_with(left_arrow);
    }
}

}  // namespace

Remarked split_remark(std::string_view line) {
    constexpr std::string_view beginnings = "<#/\xe2";
    for (std::size_t at = line.find_first_of(beginnings); at != std::string_view::npos;
         at = line.find_first_of(beginnings, at + 1)) {
        const bool after_blank = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t';
        if (after_blank && begins_remark(line.substr(at)))
            return {trim(line.substr(0, at)), trim(line.substr(at))};
    }
    return {line, {}};
}

}  // namespace nmtx
