// One snapshot of a process, parsed and reconciled: the input of diffs, findings and reports.
#pragma once

#include "ledger/ledger.h"
#include "process/process_view.h"

namespace nmtx {

// Both must outlive it.
struct Moment {
    const ProcessView* view = nullptr;
    const Ledger* ledger = nullptr;
};

}  // namespace nmtx
