// A process judged: what the rules have found, and the verdict that they come to.
#pragma once

#include <vector>

#include "findings/assessment/assessment.h"
#include "findings/figures/finding_input.h"

namespace nmtx {

struct Judgement {
    Assessment assessment;
    // What every rule found, the severest first, then by bytes. The first one carries the verdict: where none
    // is above a note, it is the assessment's own, that nothing is wrong or that it is undecided.
    std::vector<Finding> findings;
};

// `told`: what texts beside the ledger's have shown of this process, which the verdict takes in.
Judgement judge(const FindingInput& input, std::vector<Finding> told = {});

// Of a view without mappings: what the rules of logs alone say. That nothing is wrong is not said.
std::vector<Finding> findings_of_logs(const ProcessView& view);

}  // namespace nmtx
