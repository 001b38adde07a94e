// Tables of processes or threads with a heading: the lower half of top(1) and `top -H`, `ps aux`, `ps -o …`,
// busybox's top, and smem(8). The heading decides what a column is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"
#include "kernel/human_size.h"

namespace nmtx {

struct ProcessRow {
    std::size_t line = 0;
    std::optional<std::uint64_t> pid;  // in `top -H` and `ps -L` a thread's, where `tid` is absent
    std::optional<std::uint64_t> tid, parent, threads;
    std::string_view user, state, cpu_time, command;
    std::optional<double> cpu_percent, memory_percent;
    // VSZ or VIRT, RSS or RES, SHR; PSS, USS and swap if smem or top prints them.
    std::optional<HumanSize> virtual_size, resident, shared, pss, uss, swap;
};

enum class ProcessColumn {
    pid,
    tid,
    parent,
    threads,
    user,
    state,
    cpu_time,
    cpu_percent,
    memory_percent,
    virtual_size,
    resident,
    shared,
    pss,
    uss,
    swap,
    command,  // may contain blanks
    date,     // five words, as `ps -o lstart` prints it
    other
};

// "  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND"; empty where the line is no
// heading with a column of memory.
std::vector<ProcessColumn> process_columns_of_heading(std::string_view line);
// Rows of top and `ps aux` without their heading (grep); empty for anything else.
std::vector<ProcessColumn> process_columns_of_row(std::string_view line);
bool read_process_row(std::string_view line, const std::vector<ProcessColumn>& columns, ProcessRow& row);

// A limit, since a row takes far more memory than its line. No machine has more processes.
inline constexpr std::size_t most_process_rows = 1U << 16U;

struct ProcessTable {
    std::vector<ProcessRow> rows;   // the first ones, if there are more than that
    std::size_t rows_left_out = 0;  // the others
    bool heading = false;  // there was one; otherwise the columns were inferred from the shape of the rows
    NotUnderstood not_understood;
};
// Fails where no row can be read.
Expected<ProcessTable> parse_process_table(std::string_view text, std::string_view document = "ps");

}  // namespace nmtx
