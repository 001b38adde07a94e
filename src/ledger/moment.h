// One moment of one process, parsed and reconciled: what diffs, findings and reports are made from.
#pragma once

#include "ledger/ledger.h"
#include "process/process_view.h"

namespace nmtx {

// Both must live as long as it is used.
struct Moment {
    const ProcessView* view = nullptr;
    const Ledger* ledger = nullptr;
};

}  // namespace nmtx
