// Selects the process of a command where the user has not given its PID.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command.h"
#include "process/jvm_choice.h"
#include "process/jvm_summary.h"

namespace nmtx {

// A pid with the start time of its process, so that a later process with the same pid is not taken.
struct ChosenProcess {
    std::uint64_t pid = 0;
    std::uint64_t start_ticks = 0;
};

// The JVMs that this user can see, largest RSS first, with the names of their containers.
Expected<std::vector<JvmSummary>> listed_jvms();

// Replaces each name in the command by a pid or a file. Fails where no JVM or several match: those are
// listed on standard error, and the error says what to type.
Expected<void> choose_targets(Command& command);

// Asks the user for one, on the terminal; nothing where the user declines.
Expected<std::optional<ChosenProcess>> ask_which(const std::vector<JvmSummary>& jvms);

// Can a question be asked and answered: are standard input and output a terminal?
bool can_ask();

}  // namespace nmtx
