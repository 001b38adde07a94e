// The table of rules: each looks at the evidence of one process and says what it found, or nothing. A rule
// has a file of its own (rule_NAME.cc) and one entry in rules.cc; no rule knows of another.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "findings/figures/finding_input.h"
#include "findings/finding.h"

namespace nmtx {

struct Rule {
    std::string_view name;   // "arena-count"
    std::string_view needs;  // in words, for the documentation: "smaps, the walk over malloc"
    std::vector<Finding> (*find)(const FindingInput& input);
    // Of a log that somebody brought: needs no ledger, and whoever its commands are for is another process.
    bool of_a_log = false;
};

// In no order that matters.
std::span<const Rule> rules();

}  // namespace nmtx
