// How findings put amounts and commands: the same everywhere.
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
