// errno as a sentence, with the next step where there is one.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

// "permission denied", in small letters as it appears in the middle of a line.
std::string errno_text(int error);

// About a file of a process below /proc: `path` is what was tried.
Error process_file_error(std::string path, int error);

// About any other file.
Error file_error(std::string path, int error, std::string hint = {});

}  // namespace nmtx
