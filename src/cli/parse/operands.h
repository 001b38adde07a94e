// The meaning of the words of a command line that are not options.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command.h"
#include "cli/verb_entry.h"

namespace nmtx {

bool is_number(std::string_view text);

// "4711" is a process; "x.nmtx", "x.json", "dir/x" and "-" are files; anything else is a name, or a file
// where the verb takes one and it exists.
Expected<Target> target_of(const std::string& word, Subject subject);

// `operands` without the verb.
Expected<void> take_operands(const VerbEntry& entry, std::vector<std::string> operands, Command& command);

}  // namespace nmtx
