// How a text report may look. Its destination decides (platform/terminal/terminal.h), not the report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/amounts.h"

namespace nmtx {

struct TextStyle {
    std::size_t width = 100;  // no line is wider
    std::size_t height = 0;   // lines of the terminal; 0: unknown, or not a terminal
    bool bars = false;        // draw shares as bars
    bool colour = false;
    bool unicode = true;  // otherwise only ASCII
};

struct ReportOptions {
    bool all = false;   // every row
    bool maps = false;  // every mapping with its owners
};

// How serious a statement is: the word is always printed, the colour only adds to it.
enum class Mark : std::uint8_t { problem, warning, note, ok, undecided };
std::string_view word_of(Mark mark);  // "PROBLEM", "WARNING", "NOTE", "OK", "UNDECIDED"
// The text, which is printable, in the mark's colour and bold where colours are shown.
std::string coloured(std::string_view text, Mark mark, const TextStyle& style);
// "WARNING  12.1 MiB …", folded, further lines below the first word of the text. `bold`: all of it.
std::string marked(Mark mark, std::string_view text, bool bold, const TextStyle& style);
// Columns in which text below a marked line begins.
std::size_t indent_below(Mark mark, const TextStyle& style);

// A line cut to the style's width; printable.
std::string line(std::string_view text, const TextStyle& style);
// Cut or filled with blanks to exactly `width` columns.
std::string padded(std::string_view text, std::size_t width);
// Bold where colours are shown.
std::string title(std::string_view text, const TextStyle& style);
// Folds a sentence at blanks; further lines are indented.
std::string paragraph(std::string_view text, const TextStyle& style, std::size_t indent = 0);
// The same, every line moved to the right by `depth`.
std::string paragraph_at(std::size_t depth, std::string_view text, const TextStyle& style,
                         std::size_t indent = 0);
// A shell command from column `depth` on. Where it is folded, each line but the last ends in a backslash, so
// that it can still be copied.
std::string command_at(std::size_t depth, std::string_view command, const TextStyle& style);

}  // namespace nmtx
