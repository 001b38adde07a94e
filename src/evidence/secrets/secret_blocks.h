// YAML: values that stand on the lines below their name.
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

// What begins below "  password:" and "  password: |", if nothing else is in the line. The name begins at
// `name`; `value` is what stands behind it.
std::optional<Block> block_below(std::string_view text, std::size_t name, std::string_view value);

// The lines of a block of a secret that begins at `at`, the start of a line: those that are indented further
// than its name by blanks, and items ("- ") at the same depth. Of "name: value" the name stays, except in a
// scalar. Returns where the block ends.
//
//   passwords:          passwords:
//   - hunter2           - ********
//   - second            - ********
std::size_t mark_block(std::string_view text, std::size_t at, const Block& block, SecretMarks& marks);

}  // namespace nmtx
