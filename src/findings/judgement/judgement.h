// The findings of all rules on a process, and the verdict.
#pragma once

#include <vector>

#include "findings/assessment/assessment.h"
#include "findings/figures/finding_input.h"

namespace nmtx {

struct Judgement {
    Assessment assessment;
    // The findings of all rules, the severest first, then by bytes. The first one carries the verdict: if
    // none is above a note, it is the assessment's own, nothing-wrong or undecided.
    std::vector<Finding> findings;
};

// `told`: findings from other texts about this process, which count for the verdict.
Judgement judge(const FindingInput& input, std::vector<Finding> told = {});

// For a view without mappings: only the rules on logs. It never says that nothing is wrong.
std::vector<Finding> findings_of_logs(const ProcessView& view);

}  // namespace nmtx
