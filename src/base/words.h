// Words: in a text, in a table, in a line where blanks separate them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/cursor.h"

namespace nmtx {

inline constexpr std::size_t npos = std::string_view::npos;

constexpr bool contains(std::string_view text, std::string_view piece) {
    return text.find(piece) != std::string_view::npos;
}

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The first `most` words; they point into the line.
inline std::vector<std::string_view> words_of(std::string_view line, std::size_t most) {
    std::vector<std::string_view> words;
    Cursor cursor(line);
    for (cursor.skip_blanks(); !cursor.at_end() && words.size() < most; cursor.skip_blanks())
        words.push_back(cursor.word());
    return words;
}

}  // namespace nmtx
