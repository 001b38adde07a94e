// errno as a sentence, with the next step where there is one.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

// "permission denied", in lower case, for the middle of a line.
std::string errno_text(int error);

// For a file of a process below /proc: `path` is the file that was tried.
Error process_file_error(std::string path, int error);

// For any other file.
Error file_error(std::string path, int error, std::string hint = {});

}  // namespace nmtx
