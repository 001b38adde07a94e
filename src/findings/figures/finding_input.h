// The input of a rule.
#pragma once

#include "change/trend.h"
#include "findings/figures/container.h"
#include "ledger/moment.h"
#include "threads/thread_table.h"

namespace nmtx {

// Everything that a rule may use. A null member was not collected: a rule that needs it then returns
// nothing.
struct FindingInput {
    const ProcessView& view;
    const Ledger& ledger;
    const ThreadTable* threads = nullptr;
    const ContainerUse* container = nullptr;
    const RunTrend* history = nullptr;  // of a record of the same process: the last run

    [[nodiscard]] Moment moment() const { return {&view, &ledger}; }
};

}  // namespace nmtx
