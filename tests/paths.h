// Where the checkout and the build are. Functions and not macros, so that only one file is compiled with this
// place's paths.
#pragma once

#include <string>

namespace nmtx::test {
std::string source_dir();
std::string binary_dir();
}  // namespace nmtx::test
