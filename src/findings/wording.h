// How findings put amounts and commands: the same everywhere.
#pragma once

#include <string>
#include <string_view>

#include "base/amounts.h"
#include "findings/finding.h"
#include "process/process_view.h"

namespace nmtx {

// "174.3 MiB (68.9 %)"
std::string amount_with_share(Bytes part, Bytes whole);

// Puts the process id for each word PID in remedies and sentences. A capture's too: that process may still
// run.
void with_pid(Finding& finding, const ProcessView& view);

}  // namespace nmtx
