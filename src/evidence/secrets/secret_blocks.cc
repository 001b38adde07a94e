#include "evidence/secrets/secret_blocks.h"

#include <algorithm>

#include "base/words.h"

namespace nmtx {

namespace {}  // namespace

std::optional<Block> block_below(std::string_view text, std::size_t name, std::string_view value) {
    const bool scalar = !value.empty() && value.size() <= 3 && (value.front() == '|' || value.front() == '>');
    if (!value.empty() && !scalar) return std::nullopt;
    const std::size_t line = text.substr(0, name).find_last_of("\r\n") + 1;
    const std::string_view before = text.substr(line, name - line);
    if (before.find_first_not_of(" -\"'") != npos) return std::nullopt;
    return Block{std::min(before.find_first_not_of(' '), before.size()), scalar};
}

std::size_t mark_block(std::string_view text, std::size_t at, const Block& block, SecretMarks& marks) {
    const auto [indent, scalar] = block;
    std::size_t end_of_block = at;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find_first_of(std::string_view("\n\0", 2), at), text.size());
        std::string_view line = text.substr(at, end - at);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        std::size_t value = std::min(line.find_first_not_of(' '), line.size());
        if (!line.empty()) {
            const bool item = line.substr(value).starts_with("- ");
            if (value < indent || (value == indent && !item) || line[value] == '\t') break;
            if (item) value = line.find_first_not_of(' ', value + 1);
            const std::size_t sign = line.find(": ", value);
            if (!scalar && sign != npos && line.find_first_of("\"' ", value) >= sign)
                value = line.find_first_not_of(' ', sign + 1);
            // A name with its value below.
            if (scalar || !line.ends_with(':') || sign != npos) marks.add(at + value, at + line.size());
            end_of_block = end;
        }
        if (end >= text.size() || text[end] == '\0') break;
        at = end + 1;
    }
    return end_of_block;
}

}  // namespace nmtx
