// A process that is looked at again and again: where it began, where it was before, where it is now.
#pragma once

#include <cstddef>
#include <memory>

#include "change/diff.h"
#include "ledger/partition/kept_moment.h"

namespace nmtx {

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
