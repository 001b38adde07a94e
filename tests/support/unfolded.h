// Reports break their lines by the width of the terminal: tests look for sentences.
#pragma once

#include <string>

namespace nmtx::test {

// On one line, each run of blanks and line ends as one blank.
inline std::string unfolded(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n';
        if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
    }
    return out;
}

}  // namespace nmtx::test
