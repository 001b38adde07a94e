// Finds the C library's thread records in memory, and through them the bounds of every stack.
//
// glibc keeps a struct pthread at the top of each stack that it allocated. It points to itself, links to the
// records of all other threads, and holds the stack's address, size and guard (nptl/descr.h, x86-64):
//
//   0     address of the record      704  next and previous record, or the list's head
//   16    the same                   720  tid
//   …     stack, its size, its guard: three words whose place differs between releases
//
// The heads of the lists (stacks in use, stacks that the program allocated itself, cached stacks) are next
// to one another in the data of ld.so or libpthread.
#pragma once

#include "base/target_memory.h"
#include "kernel/thread_bounds.h"
#include "process/process_view.h"

namespace nmtx {

// Needs view.smaps and view.tasks. Every link is checked: where memory contradicts itself, or there are more
// than `most` threads, the bounds are partial. None where no record was found: another C library, no access.
ThreadBounds find_thread_bounds(const ProcessView& view, TargetMemory& memory, std::size_t most = 32768);

}  // namespace nmtx
