// A snapshot that owns its evidence.
#pragma once

#include <optional>

#include "base/error.h"
#include "evidence/capture.h"
#include "ledger/moment.h"

namespace nmtx {

// One snapshot with its evidence. The view points into the capture's texts, which keep their addresses when
// the capture is moved.
struct KeptMoment {
    Capture capture;
    ProcessView view;
    Ledger ledger;
    std::optional<Ledger> unwalked;  // where malloc was walked: the ledger without the walk

    [[nodiscard]] Moment moment() const { return {&view, &ledger}; }
    // The ledger to compare with snapshots without a walk.
    [[nodiscard]] Moment moment_unwalked() const { return {&view, unwalked ? &*unwalked : &ledger}; }
};

// Makes the ledger, and the one without the walk where `both`. Needs the view.
Expected<void> reconcile_moment(KeptMoment& kept, bool both);

}  // namespace nmtx
