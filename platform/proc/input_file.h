// Reads what the user names on the command line.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace nmtx {

// A whole file; "-" is standard input.
Expected<std::string> read_input(const std::string& path, std::size_t limit = std::size_t{1} << 30);

}  // namespace nmtx
