// The verbs about records: each runs to its end and gives the exit code where it did what it was to do.
#pragma once

#include "cli/command.h"
#include "report/style.h"

namespace nmtx {

inline constexpr int exit_found = 3;  // a leak, or too much growth

Expected<int> run_record(const Command& command, const std::string& nmtx_version);
Expected<int> run_trend(const Command& command, const TextStyle& style);
Expected<int> run_gate(const Command& command, const std::string& nmtx_version);

}  // namespace nmtx
