// A process judged: what the rules have found, and the verdict that they come to.
#pragma once

#include <vector>

#include "findings/assessment.h"
#include "findings/rules.h"

namespace nmtx {

struct Judgement {
    Assessment assessment;
    // As findings_of has them. The first one carries the verdict: where none is above a note, it is the
    // assessment's own, that nothing is wrong or that it is undecided.
    std::vector<Finding> findings;
};

Judgement judge(const FindingInput& input, std::vector<Finding> told = {});
// With the container's figures. `told`: what texts beside the ledger's have shown of this process, which the
// verdict takes in.
Judgement judge(const ProcessView& view, const Ledger& ledger, const std::optional<ThreadTable>& threads,
                const RunTrend* history = nullptr, std::vector<Finding> told = {});

}  // namespace nmtx
