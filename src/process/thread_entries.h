// Facts from the memory at the top of a thread's stack: the file that contains the thread's first function,
// and the malloc arena that the thread uses. The document "threads/entries" is ours, a line for each stack,
// ascending: the address right above the stack, the arena's malloc_state or "-", and the file as smaps names
// it or "-".
//   7f1200100000 7f2d54000030 /opt/app/libworker.so
// Source: glibc's struct pthread (nptl/descr.h) is at the top of a thread's stack and contains
// start_routine; right below it are the thread-local variables, including thread_arena of malloc/arena.c.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct ThreadEntry {
    Address stack_top;
    std::string file;              // empty: unknown
    std::optional<Address> arena;  // its malloc_state
};

std::string format_thread_entries(const std::vector<ThreadEntry>& entries);
Expected<std::vector<ThreadEntry>> parse_thread_entries(std::string_view text,
                                                        std::string_view document = "entries");

}  // namespace nmtx
