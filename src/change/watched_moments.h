// A process that is looked at again and again: where it began, where it was before, where it is now.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "change/diff.h"
#include "evidence/capture.h"

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

// Did the JVM answer where there is one? Moments that differ in this have rows that cannot be compared.
bool jvm_answered(const ProcessView& view);

// Three moments and what lies between them. At the first all three are the same, and nothing has changed.
struct WatchedChange {
    Moment start, last, now;
    const Diff* since_start = nullptr;
    const Diff* since_last = nullptr;
};

class WatchedMoments {
  public:
    // `walked`: compares ledgers as they are; otherwise as if malloc had never been walked.
    explicit WatchedMoments(bool walked) : walked_(walked) {}

    // Fails on a broken promise of ours, and is as it was then.
    Expected<void> add(std::shared_ptr<const KeptMoment> kept);
    // The next moment is the start.
    void begin_anew() { start_ = last_ = now_ = nullptr; }

    [[nodiscard]] bool empty() const { return now_ == nullptr; }
    // Valid as long as these WatchedMoments, or a copy of them, are what they are. Not where there is no
    // moment.
    [[nodiscard]] WatchedChange change() const;
    [[nodiscard]] const std::shared_ptr<const KeptMoment>& start() const { return start_; }
    [[nodiscard]] const std::shared_ptr<const KeptMoment>& now() const { return now_; }

  private:
    [[nodiscard]] Moment moment_of(const KeptMoment& kept) const {
        return walked_ ? kept.moment() : kept.moment_unwalked();
    }

    bool walked_;
    std::shared_ptr<const KeptMoment> start_, last_, now_;
    std::shared_ptr<const Diff> since_start_, since_last_;
};

}  // namespace nmtx
