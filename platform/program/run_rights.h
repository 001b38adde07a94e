// The rights that a command needs.
#pragma once

#include <optional>

#include "cli/command.h"
#include "platform/os/confinement.h"
#include "platform/os/privileges.h"

namespace nmtx {

Needs needs_of(const Command& command);

// Nothing where it reads a process.
std::optional<FileWork> file_work_of(const Command& command);

}  // namespace nmtx
