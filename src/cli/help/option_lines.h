// The form of options in help, manual page and messages.
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

// In the order of the table, with the verb's own texts and formats if it has any.
std::vector<OptionLine> option_lines(const VerbEntry& entry);
// The value for this verb: "text|json".
std::string value_of(const OptionEntry& option, const VerbEntry& entry);
// The exit codes of the verb, including the usual ones.
std::vector<ExitCode> exit_codes(const VerbEntry& entry);

}  // namespace nmtx
