// A pasted text, divided: which lines are what, and which are nothing that nmtx reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pasted/kinds.h"

namespace nmtx {

// Lines that belong to one part, as they stood together. Numbers count from 1.
struct LineRun {
    std::size_t first_line = 0;
    std::size_t lines = 0;
    std::size_t begin = 0, end = 0;  // in the text, the last newline included
};

struct Part {
    PastedKind kind = PastedKind::command;
    std::vector<LineRun> runs;  // more than one where others' lines stood between them
    std::string_view command;   // that was typed for it, where it was pasted
    std::uint64_t pid = 0;      // of the command or of the line "4711:" above; 0 where nothing tells

    [[nodiscard]] std::size_t first_line() const { return runs.empty() ? 0 : runs.front().first_line; }
    [[nodiscard]] std::size_t last_line() const {
        return runs.empty() ? 0 : runs.back().first_line + runs.back().lines - 1;
    }
    [[nodiscard]] std::size_t lines() const;
    // The line of the input that is line `line` (from 1 on) of the part's own text.
    [[nodiscard]] std::size_t input_line(std::size_t line) const;
};

// Lines next to each other (blank ones between them counted) that no kind has taken.
struct Leftover {
    std::size_t first_line = 0;
    std::size_t lines = 0;
    std::string_view text;
};

struct Segments {
    std::vector<Part> parts;  // in the order of the text
    std::vector<Leftover> leftovers;
    std::size_t lines = 0;
};

// Points into the text.
Segments divide(std::string_view text);

// The text of one part, of its runs joined.
std::string text_of(const Part& part, std::string_view text);

}  // namespace nmtx
