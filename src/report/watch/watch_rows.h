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
    std::string name;                              // as the target has it
    std::string path;                              // of an owner; empty for anything else
    std::optional<Bytes> block;                    // of blocks of one size
    Bytes resident;                                // of threads: of their stacks
    std::optional<Delta> since_start, since_last;  // absent where it is not known
    bool estimated = false;
    std::optional<double> per_minute;  // bytes, since the start
    // Of pools of threads alone:
    std::uint64_t threads = 0;
    std::int64_t threads_since_start = 0, threads_since_last = 0;
    std::optional<double> cpu_percent;  // of one CPU, since the last refresh
};

// Every owner that holds or held something, in the order of `sort`; they sum to RSS and its changes.
std::vector<WatchRow> owner_rows(const WatchedChange& change, WatchSort sort);
// Those below "malloc/", without that.
std::vector<WatchRow> malloc_rows(const WatchedChange& change, WatchSort sort);
// Those that are less than a tenth of a MiB in every figure, as one row at the end, so that sums stay.
std::vector<WatchRow> with_small_ones_as_one(std::vector<WatchRow> rows);
// Live blocks that NMT does not know of, by their usable size; needs walked moments.
std::vector<WatchRow> block_rows(const WatchedChange& change, WatchSort sort);
// By pools; changes of threads are what since_start and since_last sort by. Nothing where the tasks could
// not be read.
std::vector<WatchRow> thread_rows(const WatchedChange& change, WatchSort sort);

// Those in whose names the text occurs, in capital or small letters.
std::vector<WatchRow> filtered(std::vector<WatchRow> rows, std::string_view text);

// What a change since the start is in a minute, in bytes; nothing at the start itself.
std::optional<double> rate_since_start(const WatchedChange& change, std::optional<Delta> since_start);

}  // namespace nmtx
