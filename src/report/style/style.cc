#include "report/style/style.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"

namespace nmtx {

std::string padded(std::string_view text, std::size_t width) {
    const std::string cut = fit(printable(text), width);
    return cut + std::string(width - std::min(width, display_width(cut)), ' ');
}

std::string title(std::string_view text, const TextStyle& style) {
    return style.colour ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::string line(std::string_view text, const TextStyle& style) {
    std::string cut = fit(printable(text), style.width);
    cut.erase(cut.find_last_not_of(' ') + 1);
    return cut + "\n";
}

std::string paragraph(std::string_view text, const TextStyle& style, std::size_t indent) {
    const std::string clean = printable(text);
    std::string out;
    std::string current;
    std::string_view rest = clean;
    while (!rest.empty()) {
        const std::size_t at = rest.find(' ');
        const std::string_view word = rest.substr(0, at);
        rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
        const std::size_t width = display_width(current) + (current.empty() ? 0 : 1) + display_width(word);
        if (!current.empty() && width > style.width) {
            out += fit(current, style.width) + "\n";
            current = std::string(indent, ' ');
            current += word;
            continue;
        }
        if (!current.empty() && current.back() != ' ') current += ' ';
        current += word;
    }
    return out + fit(current, style.width) + "\n";
}

}  // namespace nmtx
