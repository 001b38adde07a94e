#include "report/style/style.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/lines.h"
#include "base/printable.h"

namespace nmtx {

namespace {

// Narrow as a terminal may be, something of a text has to fit.
TextStyle narrowed(const TextStyle& style, std::size_t by) {
    TextStyle narrower = style;
    narrower.width -= std::min(by, style.width / 2);
    return narrower;
}

}  // namespace

std::string_view word_of(Mark mark) {
    constexpr std::array<std::string_view, 5> words{"PROBLEM", "WARNING", "NOTE", "OK", "UNDECIDED"};
    return words.at(static_cast<std::size_t>(mark));
}

std::string coloured(std::string_view text, Mark mark, const TextStyle& style) {
    constexpr std::array<std::string_view, 5> codes{"1;31", "1;33", "1;34", "1;32", "1;35"};
    if (!style.colour) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", codes.at(static_cast<std::size_t>(mark)), text);
}

std::size_t indent_below(Mark mark, const TextStyle& style) {
    return style.width < 60 ? 2 : word_of(mark).size() + 2;
}

std::string marked(Mark mark, std::string_view text, bool bold, const TextStyle& style) {
    const std::string_view word = word_of(mark);
    const std::size_t below = indent_below(mark, style);
    // The first line is folded with the word before it, which is replaced by the coloured one.
    std::string placed;
    if (below > 2) {
        placed = paragraph_at(below, text, style);
    } else {
        placed = paragraph(fmt::format("{} {}", word, text), style, below);
    }
    std::string out = coloured(word, mark, style) + (below > 2 ? "  " : " ");
    bool first = true;
    for (Lines lines(placed); lines.next(); first = false) {
        const std::string_view line = lines.line();
        const std::size_t at = first ? word.size() + (below > 2 ? 2 : 1) : below;
        if (!first) out += std::string(below, ' ');
        const std::string_view rest = line.substr(std::min(at, line.size()));
        out += (bold ? title(rest, style) : std::string(rest)) + "\n";
    }
    return out;
}

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

std::string paragraph_at(std::size_t depth, std::string_view text, const TextStyle& style,
                         std::size_t indent) {
    const TextStyle narrower = narrowed(style, depth);
    const std::string folded = paragraph(text, narrower, indent);
    const std::string blanks(style.width - narrower.width, ' ');
    std::string out;
    for (Lines lines(folded); lines.next();) out += fmt::format("{}{}\n", blanks, lines.line());
    return out;
}

std::string command_at(std::size_t depth, std::string_view command, const TextStyle& style) {
    TextStyle narrower = narrowed(style, depth);
    const std::string blanks(style.width - narrower.width, ' ');
    if (display_width(command) > narrower.width) narrower.width -= 2;
    const std::string folded = paragraph(command, narrower, 4);
    std::string out;
    for (Lines lines(folded); lines.next();)
        out += fmt::format("{}{}{}", out.empty() ? "" : " \\\n", blanks, lines.line());
    return out + "\n";
}

}  // namespace nmtx
