// A pasted text, divided: the kind of each run of lines, and lines that nmtx does not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pasted/kinds/kinds.h"

namespace nmtx {

// Consecutive lines of one part. Numbers count from 1.
struct LineRun {
    std::size_t first_line = 0;
    std::size_t lines = 0;
    std::size_t begin = 0, end = 0;  // in the text, the last newline included
};

struct Part {
    PastedKind kind = PastedKind::command;
    std::vector<LineRun> runs;  // more than one if lines of other parts are in between
    std::string_view command;   // the command line that printed it, if it was pasted
    std::uint64_t pid = 0;      // from the command or the line "4711:" above; 0 where unknown

    [[nodiscard]] std::size_t first_line() const { return runs.empty() ? 0 : runs.front().first_line; }
    [[nodiscard]] std::size_t last_line() const {
        return runs.empty() ? 0 : runs.back().first_line + runs.back().lines - 1;
    }
    [[nodiscard]] std::size_t lines() const;
    // The input line of line `line` (from 1 on) of the part's own text.
    [[nodiscard]] std::size_t input_line(std::size_t line) const;
};

// Consecutive lines (including blank ones in between) that belong to no kind.
struct Leftover {
    std::size_t first_line = 0;
    std::size_t lines = 0;
    std::string_view text;
};

// If a text has very many parts of a kind, this many are kept from its beginning and as many from its end.
inline constexpr std::size_t most_parts_of_a_kind = 64;
// The same for leftovers.
inline constexpr std::size_t most_leftovers = 1000;
// A part ends after this many runs; the next line of its kind may begin another.
inline constexpr std::size_t most_runs = 10'000;

// The parts of a kind that were not kept.
struct LeftOut {
    PastedKind kind = PastedKind::command;
    std::size_t parts = 0;
    std::size_t first_line = 0, last_line = 0;
    std::optional<std::uint64_t> pid;  // of one of these parts
    bool several_pids = false;
    void add(const LineRun& first, const LineRun& last, std::uint64_t of_pid = 0);
};

struct Segments {
    std::vector<Part> parts;        // in the order of the text
    std::vector<LeftOut> left_out;  // for the kinds whose parts are not all in `parts`
    std::vector<Leftover> leftovers;
    std::size_t leftovers_left_out = 0;
    std::size_t lines_left_out = 0;  // of these
    std::size_t lines = 0;
};

// Points into the text.
Segments divide(std::string_view text);

// The text of one part: its runs, joined.
std::string text_of(const Part& part, std::string_view text);

}  // namespace nmtx
