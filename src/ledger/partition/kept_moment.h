// A moment that owns its evidence.
#pragma once

#include <optional>

#include "base/error.h"
#include "evidence/capture.h"
#include "ledger/moment.h"

namespace nmtx {

// One moment with the evidence that it was made of. The view points into the capture's texts, which keep
// their place when the capture is moved.
struct KeptMoment {
    Capture capture;
    ProcessView view;
    Ledger ledger;
    std::optional<Ledger> unwalked;  // where malloc was walked: the ledger as it would be otherwise

    [[nodiscard]] Moment moment() const { return {&view, &ledger}; }
    // Moments of which some were walked and some were not have this in common.
    [[nodiscard]] Moment moment_unwalked() const { return {&view, unwalked ? &*unwalked : &ledger}; }
};

// Makes the ledger, and the one without the walk where `both`. Needs the view.
Expected<void> reconcile_moment(KeptMoment& kept, bool both);

}  // namespace nmtx
