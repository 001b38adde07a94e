// Sets of options that several verbs take, and their checks.
#pragma once

#include <initializer_list>
#include <vector>

#include "cli/verb_entry.h"

namespace nmtx {

using OptionSet = std::vector<OptionUse>;

namespace option_set {
OptionSet choosing();  // which process
OptionSet asking();    // how the JVM is asked
OptionSet walking();   // malloc's chunks
OptionSet history();   // a recording used in a report
OptionSet evidence();  // captures that are taken by themselves
OptionSet printing();  // how the text is shown
}  // namespace option_set

OptionSet joined(std::initializer_list<OptionSet> sets);

// --when and --evidence need each other.
Expected<void> check_evidence(const Command& command);
// These need --record.
Expected<void> check_history(const Command& command);
// A report and a snapshot cannot both go to standard output.
Expected<void> check_output_is_file(const Command& command);
// "`nmtx capture` needs -o FILE", with the usage as the hint.
tl::unexpected<Error> lacks(const VerbEntry& entry, std::string_view what);

}  // namespace nmtx
