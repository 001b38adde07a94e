// The process or the file that a command is about, where the command line only says how to find it.
#pragma once

#include "base/error.h"
#include "cli/command.h"

namespace nmtx {

// With a pid or a file in place of each name.
Expected<Command> chosen(Command command);

}  // namespace nmtx
