// A restarted recorder continues the run of the same process. Older files have a run for each start of the
// recorder; they are read as one.
#pragma once

#include <vector>

#include "change/series.h"

namespace nmtx {

// The same process: pid, start and boot are equal, and known.
bool same_process(const RecordedRun& a, const RecordedRun& b);

// Joins the runs of one process into the first of them, with all samples in order of time, and the end of
// the last. The order of the others stays.
std::vector<RecordedSeries> join_split_runs(std::vector<RecordedSeries> record);

}  // namespace nmtx
