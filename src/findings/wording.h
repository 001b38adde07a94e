// How findings put amounts, counts and commands: the same everywhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/amounts.h"
#include "findings/finding.h"
#include "process/process_view.h"

namespace nmtx {

// "174.3 MiB (68.9 %)"
std::string amount_with_share(Bytes part, Bytes whole);

// "1 block", "269,636 blocks"
std::string counted(std::uint64_t number, std::string_view one, std::string_view more);

// How to find out whether memory grows: a recording, and its analysis.
Remedy check_growth();

// Puts the process id for each word PID in remedies and sentences. A capture's too: that process may still
// run.
void with_pid(Finding& finding, const ProcessView& view);

// Was no walk over malloc tried, as in a paste and in captures of before there were walks? Where one was
// tried and failed, what has kept it from being made would do so again: nobody is sent back to the same
// command.
bool walk_not_tried(const ProcessView& view);
// What to do so that one can be made, by what has kept it from it.
std::vector<std::string> hints_on_walk(const ProcessView& view);

}  // namespace nmtx
