// Which process a command is about, where the user has not given its PID.
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

// A pid, and when the process that had it then had started: another one that gets the pid later is not meant.
struct ChosenProcess {
    std::uint64_t pid = 0;
    std::uint64_t start_ticks = 0;
};

// The JVMs that this user can see, the largest RSS first, with the names of their containers.
Expected<std::vector<JvmSummary>> listed_jvms();

// Puts a pid, or a file, in the place of each name that the command has. Fails where no JVM fits or several
// do: those are listed on standard error, and the error says what to type.
Expected<void> choose_targets(Command& command);

// Asks which of them, on the terminal; nothing where the user wants none.
Expected<std::optional<ChosenProcess>> ask_which(const std::vector<JvmSummary>& jvms);

// Can a question be asked and answered: are standard input and output a terminal?
bool can_ask();

}  // namespace nmtx
