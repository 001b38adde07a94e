// What follows the tables of `nmtx threads`: counts of other sources, stops, and what is not known.
#pragma once

#include <string>

#include "report/style/style.h"
#include "threads/thread_table.h"

namespace nmtx {

std::string threads_notes(const ProcessView& view, const ThreadTable& table, const ReportOptions& options,
                          const TextStyle& style);

}  // namespace nmtx
