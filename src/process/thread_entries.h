// What the memory at the top of a thread's stack tells: in which file the code lies that the thread was
// started with, and which of malloc's arenas it takes from. The document "threads/entries" is ours, a line
// for each stack, ascending: the address right above it, the arena's malloc_state or "-", and the file as
// smaps names it or "-".
//   7f1200100000 7f2d54000030 /opt/app/libworker.so
// Source: struct pthread of glibc (nptl/descr.h) lies at the top of a thread's stack and keeps start_routine;
// right below it are the variables that each thread has of its own (TLS), thread_arena of malloc/arena.c
// among them.
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
    std::string file;              // empty: not known
    std::optional<Address> arena;  // its malloc_state
};

std::string format_thread_entries(const std::vector<ThreadEntry>& entries);
Expected<std::vector<ThreadEntry>> parse_thread_entries(std::string_view text,
                                                        std::string_view document = "entries");

}  // namespace nmtx
