// argv to Command. Pure: nothing is opened, nothing is printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/command.h"

namespace nmtx {

// `arguments` without the program name. Errors say what to type instead.
Expected<Command> parse_command(const std::vector<std::string>& arguments);

// Checks again when the process or file behind a name is known: some options do not apply to files.
Expected<void> check_command(const Command& command);

// "unknown command 'lst'. Did you mean 'list'?"
Error unknown_command(std::string_view word);

}  // namespace nmtx
