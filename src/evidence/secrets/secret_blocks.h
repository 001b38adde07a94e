// YAML: values on the lines below their name.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "evidence/secrets/secret_marks.h"

namespace nmtx {

struct Block {
    std::size_t indent = 0;  // of its name, in blanks
    bool scalar = false;     // text behind "|" or ">"
};

// The block below " password:" or " password: |", if nothing else is on the line. The name begins at `name`;
// `value` is the rest of the line.
std::optional<Block> block_below(std::string_view text, std::size_t name, std::string_view value);

// Marks the lines of a secret's block that begins at `at`, the start of a line: those indented further than
// its name, and items ("- ") at the same depth. In "name: value" the name stays, except in a scalar. Returns
// the end of the block.
//
//   passwords:          passwords:
//   - hunter2           - ********
//   - second            - ********
std::size_t mark_block(std::string_view text, std::size_t at, const Block& block, SecretMarks& marks);

}  // namespace nmtx
