// The rows of `nmtx watch`: what has changed since the start and since the last refresh, side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "change/watched_moments.h"
#include "report/watch/watch_state.h"

namespace nmtx {

struct WatchRow {
    std::string name;                              // as in the target, not escaped
    std::string path;                              // for an owner; empty for other rows
    std::optional<Bytes> block;                    // for blocks of one size
    Bytes resident;                                // for threads: their stacks
    std::optional<Delta> since_start, since_last;  // absent where unknown
    bool estimated = false;
    std::optional<double> per_minute;  // bytes, since the start
    // Only for pools of threads:
    std::uint64_t threads = 0;
    std::int64_t threads_since_start = 0, threads_since_last = 0;
    std::optional<double> cpu_percent;  // of one CPU, since the last refresh
};

// Every owner that has or had resident memory, in the order of `sort`; they sum to RSS and its changes.
std::vector<WatchRow> owner_rows(const WatchedChange& change, WatchSort sort);
// Those below "malloc/", without that prefix.
std::vector<WatchRow> malloc_rows(const WatchedChange& change, WatchSort sort);
// Joins rows below a tenth of a MiB in every figure into one at the end, so that sums stay the same.
std::vector<WatchRow> with_small_ones_as_one(std::vector<WatchRow> rows);
// Live blocks that NMT does not track, by usable size; needs snapshots with a walk.
std::vector<WatchRow> block_rows(const WatchedChange& change, WatchSort sort);
// By pools; since_start and since_last sort by changes in the number of threads. Nothing where the tasks
// could not be read.
std::vector<WatchRow> thread_rows(const WatchedChange& change, WatchSort sort);

// Rows whose names contain the text, in upper or lower case.
std::vector<WatchRow> filtered(std::vector<WatchRow> rows, std::string_view text);

// The change since the start per minute, in bytes; nothing at the start itself.
std::optional<double> rate_since_start(const WatchedChange& change, std::optional<Delta> since_start);

}  // namespace nmtx
