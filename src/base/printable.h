// Names that come from the target (paths, thread names, command lines) may hold escape sequences, newlines or
// broken UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nmtx {

// The text with each C0 and C1 control character, DEL, bidirectional override and byte that is not valid
// UTF-8 replaced by "?".
std::string printable(std::string_view text);

// Columns that a printable text takes on a terminal: code points, wide East Asian ones counted twice,
// combining ones not at all.
std::size_t display_width(std::string_view text);

// At most `width` columns; a cut text ends in "…". For paths (keep_end) the beginning is cut instead.
std::string fit(std::string_view text, std::size_t width, bool keep_end = false);

}  // namespace nmtx
