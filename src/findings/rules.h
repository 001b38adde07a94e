// The table of rules: each looks at the evidence of one process and says what it found, or nothing. A rule
// has a file of its own (rule_NAME.cc) and one entry in rules.cc; no rule knows of another.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "change/trend.h"
#include "findings/container.h"
#include "findings/finding.h"
#include "ledger/ledger.h"
#include "threads/thread_table.h"

namespace nmtx {

// All that a rule may look at. What is null was not taken: a rule that needs it then says nothing.
struct FindingInput {
    const ProcessView& view;
    const Ledger& ledger;
    const ThreadTable* threads = nullptr;
    const ContainerUse* container = nullptr;
    const RunTrend* history = nullptr;  // of a record of the same process: the last run
};

struct Rule {
    std::string_view name;   // "arena-count"
    std::string_view needs;  // in words, for the documentation: "smaps, the walk over malloc"
    std::vector<Finding> (*find)(const FindingInput& input);
    // Of a log that somebody brought: needs no ledger, and whoever its commands are for is another process.
    bool of_a_log = false;
};

// In no order that matters.
std::span<const Rule> rules();

// What every rule found, the severest first, then by bytes. Where none is above a note, the first one says
// that nothing is wrong, and what RSS is made of.
std::vector<Finding> findings_of(const FindingInput& input);
// With the container's figures, and without history.
std::vector<Finding> findings_of(const ProcessView& view, const Ledger& ledger,
                                 const std::optional<ThreadTable>& threads,
                                 const RunTrend* history = nullptr);
// Of a view without mappings: what the rules of logs alone say. That nothing is wrong is not said.
std::vector<Finding> findings_of_logs(const ProcessView& view);

}  // namespace nmtx
