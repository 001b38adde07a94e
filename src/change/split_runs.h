// A recorder that is started again begins where the one before it ended. Files of before that was so have a
// run for each start; they are read as one.
#pragma once

#include <vector>

#include "change/series.h"

namespace nmtx {

// The same process: pid, start and boot are equal, and known.
bool same_process(const RecordedRun& a, const RecordedRun& b);

// Runs of one process become the first of them, with the samples of all in the order of their times, and the
// end of the last. The order of the others stays.
std::vector<RecordedSeries> join_split_runs(std::vector<RecordedSeries> record);

}  // namespace nmtx
