// The table `gap` of a record: when its recorder could not write, why, and what happened to the samples.
#pragma once

#include <vector>

#include "change/series.h"
#include "platform/record/record_database.h"

namespace nmtx {

// Creates the table if there is none, as in older files.
Expected<void> add_gap(RecordDatabase& database, const RecordedGap& gap);

// Empty if the table does not exist.
Expected<std::vector<RecordedGap>> read_gaps(RecordDatabase& database);

// Adds to each series the gaps that overlap the time of its samples.
void share_out_gaps(const std::vector<RecordedGap>& gaps, std::vector<RecordedSeries>& record);

}  // namespace nmtx
