// How options are written, wherever they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/option_entry.h"
#include "cli/verb_entry.h"

namespace nmtx {

struct OptionLine {
    std::string left;   // "-o, --output FILE"
    std::string right;  // what it does
    bool common = false;
};

// In the order of the table; a verb's own words and formats where it has any.
std::vector<OptionLine> option_lines(const VerbEntry& entry);
// The value as this verb has it: "text|json".
std::string value_of(const OptionEntry& option, const VerbEntry& entry);
// The exit codes of the verb, the usual ones included.
std::vector<ExitCode> exit_codes(const VerbEntry& entry);

}  // namespace nmtx
