// The output of top(1) in its batch mode or copied from a terminal: procps 3.2 ("Mem:  8167848k total"), 3.3
// ("KiB Mem:"), 4 ("MiB Mem :") and busybox ("Mem: 160372K used"), `top -H` included. Source: procps-ng
// src/top/top.c, busybox procps/top.c.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"
#include "kernel/process_table.h"

namespace nmtx {

struct TopMemory {
    std::optional<HumanSize> total, used, free,
        cache;                           // cache: "buff/cache", or the sum of "buffers" and "cached"
    std::optional<HumanSize> available;  // in the line of swap
};

// One screen.
struct TopFrame {
    std::string_view headline;  // "top - 22:07:46 up 11 min, …"
    bool threads = false;       // `top -H`: rows are threads; RES is that of the whole process
    std::optional<std::uint64_t> total_threads;  // "Threads: 3 total"; rows may be fewer
    TopMemory memory, swap;
    std::vector<ProcessRow> rows;
};

struct Top {
    std::vector<TopFrame> frames;   // several with `top -b -n 3`
    std::size_t rows_left_out = 0;  // of frames with more than most_process_rows
    NotUnderstood not_understood;
};
// Fails where neither a row nor a line of memory is found.
Expected<Top> parse_top(std::string_view text, std::string_view document = "top");

}  // namespace nmtx
