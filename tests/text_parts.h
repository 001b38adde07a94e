// What a text has.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/lines.h"

namespace nmtx::test {

inline bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

inline std::size_t lines_with(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (Lines lines(text); lines.next();) found += has(lines.line(), part) ? 1U : 0U;
    return found;
}

}  // namespace nmtx::test
