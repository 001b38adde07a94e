// How a text report may look. Where it goes decides (platform/terminal.h), never the report itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

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

// "342.9" for that many MiB; "0.0" only for nothing at all: "<0.1" below that.
std::string in_mib(Bytes bytes);
// "-25.1"
std::string in_mib(Delta delta);
// "20.1" percent of `whole`; empty where the whole is nothing.
std::string percent(Bytes part, Bytes whole);
// "12 KiB", "342.9 MiB", "1.4 GiB"
std::string human(Bytes bytes);
// "3 min", "2 h 5 min", "9 days"
std::string human_seconds(double seconds);

// "179,840"
std::string grouped(std::uint64_t number);
// "+1,024", "-32,784", "0"
std::string grouped(Delta delta);

// A line that is cut to the style's width, and printable.
std::string line(std::string_view text, const TextStyle& style);
// Cut or filled with blanks to exactly `width` columns.
std::string padded(std::string_view text, std::size_t width);
// Bold where colours are shown.
std::string title(std::string_view text, const TextStyle& style);
// Folds a sentence at blanks; further lines are indented.
std::string paragraph(std::string_view text, const TextStyle& style, std::size_t indent = 0);

}  // namespace nmtx
