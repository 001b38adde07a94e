// What is said of the command line: help on the terminal, the manual page, and what shells complete.
#pragma once

#include <string>
#include <string_view>

#include "cli/verb_entry.h"

namespace nmtx {

// `nmtx --help`: one screen, 40 lines of 80 columns.
std::string help_text();
// `nmtx VERB --help`: likewise.
std::string help_text(const VerbEntry& entry);
// What `nmtx help [COMMAND]` prints.
std::string help_on(std::string_view topic);

}  // namespace nmtx
