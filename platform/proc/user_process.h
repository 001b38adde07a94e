// The process that a verb looks at, if it has memory of its own.
#pragma once

#include <cstdint>

#include "platform/proc/process_files.h"

namespace nmtx {

// `start_ticks`: only the process that began then (stat's 22nd field); 0 for any. Errors: no such process,
// one thread of a process, another process of that pid, a kernel thread, a zombie.
Expected<ProcessFiles> open_user_process(std::uint64_t pid, std::uint64_t start_ticks);

}  // namespace nmtx
