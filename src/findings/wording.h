// The wording of amounts, counts and commands in findings, the same everywhere.
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

// The remedy that checks whether memory grows: a recording, and its analysis.
Remedy check_growth();

// Replaces each word PID in remedies and sentences by the process id, also for a capture, because that
// process may still run.
void with_pid(Finding& finding, const ProcessView& view);

// Was no malloc walk tried, as in a paste and in older captures? If one was tried and failed, it would fail
// again, so the same command is not suggested.
bool walk_not_tried(const ProcessView& view);
// What makes a walk possible, depending on why there was none.
std::vector<std::string> hints_on_walk(const ProcessView& view);

}  // namespace nmtx
