// Makes the ledger of a process.
#pragma once

#include "base/error.h"
#include "ledger/ledger.h"
#include "process/process_view.h"

namespace nmtx {

// Needs view.smaps. Fails only on a broken promise of ours: rows that do not sum to RSS.
Expected<Ledger> reconcile(const ProcessView& view);

}  // namespace nmtx
