// Did a process grow by more than allowed, compared with an earlier snapshot?
#pragma once

#include <optional>
#include <string>

#include "change/series.h"

namespace nmtx {

struct GateOptions {
    Bytes max_growth;
    std::string owner;  // the owner with this limit: a path of the ledger and all below it; empty: RSS
};

struct GateResult {
    bool passed = false;
    Delta growth;  // of RSS or of the owner
    // The leaf below the owner that grew most; empty where none grew.
    std::string grew_most;
    Delta its_growth;
    bool comparable = true;  // both snapshots have the same depth: otherwise malloc's leaves differ
    std::string undecided;   // why the owner cannot be judged; then the gate has neither passed nor failed
};

GateResult gate(const Sample& baseline, const Sample& now, const GateOptions& options);

// A sample of a record; null where it has none.
struct RecordMoment {
    const RecordedSeries* series = nullptr;
    const Sample* sample = nullptr;
};

// The sample to compare a process with: its first full one, if the record has samples of the same process
// (pid, start and boot); else latest_sample. A light one where the run has no full one.
RecordMoment baseline_sample(const std::vector<RecordedSeries>& record, const RecordedRun& gated);
// The last full sample of the last run.
RecordMoment latest_sample(const std::vector<RecordedSeries>& record);

}  // namespace nmtx
