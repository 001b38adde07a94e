// Looks for the file that a thread's first function lies in, for threads that the JVM has not started.
#pragma once

#include <vector>

#include "base/target_memory.h"
#include "process/process_view.h"

namespace nmtx {

// Of the tasks that the JVM does not name and whose stack pointer is known, the first `most` by address.
// Reads the end of each stack.
std::vector<ThreadEntry> find_thread_entries(const ProcessView& view, TargetMemory& memory,
                                             std::size_t most = 1000);

}  // namespace nmtx
