// How many threads there are, by whom one asks.
#pragma once

#include "process/process_view.h"
#include "threads/thread_table.h"

namespace nmtx {

// Needs view.tasks.
ThreadCounts thread_counts(const ProcessView& view);

}  // namespace nmtx
