// The rows of a thread table that a report shows: filtered, sorted, and grouped into pools.
#pragma once

#include <vector>

#include "threads/thread_options.h"
#include "threads/thread_table.h"

namespace nmtx {

// Matching rows in the requested order; equal ones by tid.
std::vector<const ThreadRow*> chosen_threads(const ThreadTable& table, const ThreadOptions& options);

// At most `most` rows with the most CPU time: within the interval if there was one, else since they started.
std::vector<const ThreadRow*> busiest_threads(const ThreadTable& table, std::size_t most);

// Threads whose names differ only by numbers.
struct ThreadPool {
    std::string name;  // "worker-#"; the name itself where there is one thread
    ThreadKind kind = ThreadKind::native;
    std::size_t threads = 0;
    double cpu_percent = 0;
    double wait_percent = 0;
    double cpu_seconds = 0;
    Bytes reserved, resident;  // of the known stacks
};
// In the requested order.
std::vector<ThreadPool> thread_pools(const std::vector<const ThreadRow*>& rows, ThreadOrder order);

}  // namespace nmtx
