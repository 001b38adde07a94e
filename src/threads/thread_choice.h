// The rows of a thread table that a report shows: those that were asked for, in their order, and in pools.
#pragma once

#include <vector>

#include "threads/thread_options.h"
#include "threads/thread_table.h"

namespace nmtx {

// Matching rows in the order that was asked for; equal ones by tid.
std::vector<const ThreadRow*> chosen_threads(const ThreadTable& table, const ThreadOptions& options);

// At most `most` of those that had the most CPU time: within the interval, where there was one, else since
// they began.
std::vector<const ThreadRow*> busiest_threads(const ThreadTable& table, std::size_t most);

// Threads whose names differ by numbers alone.
struct ThreadPool {
    std::string name;  // "worker-#"; the name itself where there is one thread
    ThreadKind kind = ThreadKind::native;
    std::size_t threads = 0;
    double cpu_percent = 0;
    double wait_percent = 0;
    double cpu_seconds = 0;
    Bytes reserved, resident;  // of the stacks that are known
};
// In the order that was asked for.
std::vector<ThreadPool> thread_pools(const std::vector<const ThreadRow*>& rows, ThreadOrder order);

}  // namespace nmtx
