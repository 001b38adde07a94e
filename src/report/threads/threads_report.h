// The report on threads in its forms.
#pragma once

#include <string>

#include "report/style/style.h"
#include "threads/thread_choice.h"

namespace nmtx {

// `nmtx threads`: how many of which kind, CPU and stacks in all; then a row for each thread, or where there
// are many, the busiest and the pools. With options.all a row for each whatever their number.
std::string threads_report(const ProcessView& view, const ThreadTable& table, const ThreadOptions& choice,
                           const ReportOptions& options, const TextStyle& style);

// "Threads 75: 61 Java, 3 compiler, 8 GC, 2 VM, 1 native"
std::string threads_by_kind(const ProcessView& view, const ThreadTable& table);

// docs/reference/json.md: threads[] and thread_counts{}.
std::string json_threads(const ProcessView& view, const ThreadTable& table, const ThreadOptions& choice);

}  // namespace nmtx
