// A file of lines that another program reads while it grows. It is bounded: where it would become larger, it
// is renamed to PATH.1, which replaces the one before, and a new one begins. A reader that has it open can
// read it to its end.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"

namespace nmtx {

// `lines`, which end with "\n", come into one file, each by one write, and whole or not at all. Only where
// they have more than `most_bytes` by themselves, so has the file. Its mode is 0644.
// Links are followed if they belong to root or to this user. What is there already must be a regular file of
// one of these two, and have no other name: it may be a trap. The file is opened anew each time, so others
// may move or remove it. An incomplete line at its end, of a writer that was killed, is not continued: a new
// file begins.
Expected<void> append_lines(const std::string& path, std::span<const std::string> lines,
                            std::uint64_t most_bytes);

}  // namespace nmtx
