// The table of rules: each examines the evidence of one process and returns a finding, or nothing. A rule
// has its own file (rule_NAME.cc) and one entry in rules.cc; rules do not depend on each other.
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
    // For a pasted log: needs no ledger, and its commands are for another process.
    bool of_a_log = false;
};

// In no order that matters.
std::span<const Rule> rules();

}  // namespace nmtx
