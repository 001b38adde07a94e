// Reads the tops of thread stacks: the file of a thread's first function, for threads that the JVM has not
// started, and the malloc arena that a thread uses.
#pragma once

#include <vector>

#include "allocator/malloc_layout.h"
#include "base/target_memory.h"
#include "process/process_view.h"

namespace nmtx {

// The malloc_state of each arena, ascending: of the heaps that were found, and the main one, if it is found
// in libc's data.
std::vector<Address> arena_states(const ProcessView& view, const MallocLayout& shapes, TargetMemory& memory);

// Of the tasks whose stack pointer is known, the first `most` by address. Reads the end of each stack.
std::vector<ThreadEntry> find_thread_entries(const ProcessView& view, const std::vector<Address>& arenas,
                                             TargetMemory& memory, std::size_t most = 1000);

}  // namespace nmtx
