// argv -> what is to be done. Pure: nothing is opened, nothing is printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/command.h"

namespace nmtx {

// `arguments` without the program's own name. Errors say what to type instead.
Expected<Command> parse_command(const std::vector<std::string>& arguments);

// Once more, when the process or file that a name stands for is known: options of a running process do not go
// with a file.
Expected<void> check_command(const Command& command);

// "unknown command 'lst'. Did you mean 'list'?"
Error unknown_command(std::string_view word);

}  // namespace nmtx
