// Help on the command line: on the terminal, as a manual page, and for shell completion.
#pragma once

#include <string>
#include <string_view>

#include "cli/verb_entry.h"

namespace nmtx {

// `nmtx --help`: one screen, 40 lines of 80 columns.
std::string help_text();
// `nmtx VERB --help`: likewise.
std::string help_text(const VerbEntry& entry);
// The output of `nmtx help [COMMAND]`.
std::string help_on(std::string_view topic);

}  // namespace nmtx
