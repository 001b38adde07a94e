// The table `gap` of a record: when its recorder could not write, why, and what became of the samples.
#pragma once

#include <vector>

#include "change/series.h"
#include "platform/record/record_database.h"

namespace nmtx {

// Makes the table where there is none: files of before that have none.
Expected<void> add_gap(RecordDatabase& database, const RecordedGap& gap);

// Empty if the table does not exist.
Expected<std::vector<RecordedGap>> read_gaps(RecordDatabase& database);

// To each series the gaps that lie between its first sample and its last one, or touch that time.
void share_out_gaps(const std::vector<RecordedGap>& gaps, std::vector<RecordedSeries>& record);

}  // namespace nmtx
