// How a text report may look. Where it goes decides (platform/terminal/terminal.h), never the report itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/amounts.h"

namespace nmtx {

struct TextStyle {
    std::size_t width = 100;  // no line is wider
    bool bars = false;        // draw shares as bars
    bool colour = false;
    bool unicode = true;  // otherwise ASCII alone
};

struct ReportOptions {
    bool all = false;   // every row
    bool maps = false;  // every mapping with its owners
};

// A line that is cut to the style's width, and printable.
std::string line(std::string_view text, const TextStyle& style);
// Cut or filled with blanks to exactly `width` columns.
std::string padded(std::string_view text, std::size_t width);
// Bold where colours are shown.
std::string title(std::string_view text, const TextStyle& style);
// Folds a sentence at blanks; further lines are indented.
std::string paragraph(std::string_view text, const TextStyle& style, std::size_t indent = 0);

}  // namespace nmtx
