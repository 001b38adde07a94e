// In which file the code lies that a thread was started with. The document "threads/entries" is ours, a line
// for each stack, ascending: the address right above it, and the file as smaps names it.
//   7f1200100000 /opt/app/libworker.so
// Source: struct pthread of glibc (nptl/descr.h) lies at the top of a thread's stack and keeps start_routine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct ThreadEntry {
    Address stack_top;
    std::string file;
};

std::string format_thread_entries(const std::vector<ThreadEntry>& entries);
Expected<std::vector<ThreadEntry>> parse_thread_entries(std::string_view text,
                                                        std::string_view document = "entries");

}  // namespace nmtx
