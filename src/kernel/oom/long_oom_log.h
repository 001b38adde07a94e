// The kernel's log of kills, with counts of what was left out of a very long one.
#pragma once

#include <cstddef>

#include "kernel/oom/oom_log.h"

namespace nmtx {

struct LongOomLog {
    OomLog log;                      // if there are very many kills, the first and the last ones
    std::size_t kills_left_out = 0;  // those between
    std::size_t lines_left_out = 0;  // of tasks, victims and figures of one kill, beyond what any machine has
};

// Like parse_oom_log(), which keeps the same and does not say what it left out.
Expected<LongOomLog> parse_long_oom_log(std::string_view text, std::string_view document = "oom log",
                                        Bytes page = kib(4));

}  // namespace nmtx
