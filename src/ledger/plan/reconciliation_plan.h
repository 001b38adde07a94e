// What is asked while a capture is taken, so that the ledger can be made of it. Each document is parsed once:
// the view that grows here is the one that is reconciled afterwards.
#pragma once

#include <optional>
#include <utility>

#include "documents/native_stacks.h"
#include "evidence/plan.h"
#include "process/malloc_options.h"
#include "process/process_reader.h"
#include "process/process_view.h"
#include "process/questions.h"

namespace nmtx {

// What is looked at of threads beside their figures.
struct ThreadQuestions {
    NativeStackChoice stacks;  // stop these and see where they are; none chosen: the ten busiest, briefly
    bool dump = false;         // Thread.print, a safepoint
};

class ReconciliationPlan : public CapturePlan {
  public:
    // `stacks`: it is about threads: ask which pages of their stacks are resident, too.
    explicit ReconciliationPlan(QuestionOptions questions, MallocOptions malloc = {}, bool stacks = false,
                                ThreadQuestions threads = {})
        : questions_(questions), malloc_(malloc), stacks_(stacks), threads_(std::move(threads)) {}

    std::optional<Missing> attach_refused(const Capture& so_far) override;
    std::optional<std::string> next_question(const Capture& so_far) override;
    std::optional<std::string> question_in_interval(const Capture& so_far) override;
    [[nodiscard]] bool wants_native_stacks() const override {
        return stacks_ && (!threads_.stacks.none || !threads_.stacks.tids.empty());
    }
    [[nodiscard]] bool brief_stacks() const override { return !threads_.stacks.any(); }
    [[nodiscard]] bool wants_java_threads() const override { return stacks_; }
    std::vector<std::uint64_t> threads_to_stop(const Capture& so_far) override;
    std::vector<Range> frozen_ranges(const Capture& so_far, TargetMemory& running) override;
    void derive(Capture& so_far, TargetMemory& memory, TargetFiles& files) override;
    std::vector<Range> residency_wanted(const Capture& so_far) override;
    // What the capture says of malloc's walk where MallocOptions leave it out.
    [[nodiscard]] virtual Missing why_not_walked() const {
        return {"malloc's memory was not walked: --malloc=never", "leave --malloc=never out"};
    }

    // The view with everything that the capture has; to be called once it is complete.
    Expected<void> finish(const Capture& capture) { return reader_.update(capture); }
    [[nodiscard]] const ProcessView& view() const { return reader_.view(); }
    [[nodiscard]] ProcessView take_view() { return reader_.take_view(); }

  private:
    QuestionOptions questions_;
    MallocOptions malloc_;
    bool stacks_;
    ThreadQuestions threads_;
    std::optional<ThreadBounds> bounds_of_running_;  // found before the target's memory was copied
    ProcessReader reader_;
};

}  // namespace nmtx
