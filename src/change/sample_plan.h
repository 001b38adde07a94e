// What a light sample collects: only NMT's totals from the JVM, and only mappings and headers of malloc.
// Answers that stay valid for the life of a JVM are taken from its last full sample.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ledger/plan/reconciliation_plan.h"

namespace nmtx {

using KnownAnswers = std::vector<std::pair<std::string, std::string>>;  // document and text

// From a full sample: bounds of the heap and the code heaps, the version, the flags.
KnownAnswers lasting_answers(const Capture& full);

class LightSamplePlan : public ReconciliationPlan {
  public:
    explicit LightSamplePlan(bool ask_nmt)
        : ReconciliationPlan({Effort::least, ask_nmt}, no_walk()), ask_(ask_nmt) {}

    std::optional<std::string> next_question(const Capture& so_far) override;
    [[nodiscard]] bool wants_only_rss() const override { return true; }
    [[nodiscard]] Missing why_not_walked() const override {
        return {"this snapshot is a light sample, which does not walk malloc's memory", {}};
    }

  private:
    static MallocOptions no_walk() {
        MallocOptions options;
        options.malloc_walk = false;
        return options;
    }
    bool ask_;
};

}  // namespace nmtx
