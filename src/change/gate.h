// Did a process grow by more than it may, against a moment before?
#pragma once

#include <optional>
#include <string>

#include "change/series.h"

namespace nmtx {

struct GateOptions {
    Bytes max_growth;
    std::string owner;  // what may grow by so much: a path of the ledger and all below it; empty: RSS
};

struct GateResult {
    bool passed = false;
    Delta growth;  // of RSS or of the owner
    // The leaf that grew most, of those below the owner; empty where none grew.
    std::string grew_most;
    Delta its_growth;
    bool comparable = true;  // both snapshots at one depth: otherwise malloc's leaves are not the same ones
    std::string undecided;   // why nothing can be said of the owner; then it has neither passed nor failed
};

GateResult gate(const Sample& baseline, const Sample& now, const GateOptions& options);

// A moment of a record; null where it has none.
struct RecordMoment {
    const RecordedSeries* series = nullptr;
    const Sample* sample = nullptr;
};

// What a process is held against: where the record has samples of that very process (pid, start, and the
// kernel's boot), its first full one; else latest_sample. A light one where the run has no full one.
RecordMoment baseline_sample(const std::vector<RecordedSeries>& record, const RecordedRun& gated);
// The last full sample of the last run.
RecordMoment latest_sample(const std::vector<RecordedSeries>& record);

}  // namespace nmtx
