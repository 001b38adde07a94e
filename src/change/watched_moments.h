// Snapshots of a watched process: the first, the one before, and the current one.
#pragma once

#include <cstddef>
#include <memory>

#include "change/diff.h"
#include "ledger/partition/kept_moment.h"

namespace nmtx {

// Did the JVM answer, if there is one? Snapshots that differ in this have rows that cannot be compared.
bool jvm_answered(const ProcessView& view);

// Three snapshots and the changes between them. After the first all three are the same, without changes.
struct WatchedChange {
    Moment start, last, now;
    const Diff* since_start = nullptr;
    const Diff* since_last = nullptr;
};

class WatchedMoments {
  public:
    // `walked`: compares the ledgers with the walk; otherwise as if malloc had never been walked.
    explicit WatchedMoments(bool walked) : walked_(walked) {}

    // Fails only on a broken promise of ours, and is then unchanged.
    Expected<void> add(std::shared_ptr<const KeptMoment> kept);
    // The next snapshot becomes the start.
    void begin_anew() { start_ = last_ = now_ = nullptr; }

    [[nodiscard]] bool empty() const { return now_ == nullptr; }
    // Valid until this, and all copies of it, change. There must be a snapshot.
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
