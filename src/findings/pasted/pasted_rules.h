// Rules on pasted texts that no capture has (process/pasted_documents.h): a killed container, jemalloc's
// statistics, jstat. They need no ledger.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "findings/finding.h"
#include "process/pasted_documents.h"
#include "process/process_view.h"

namespace nmtx {

struct PastedEvidence {
    const PastedDocuments& documents;
    const ProcessView& view;  // what else is known about the process: its id, its options
};

struct PastedRule {
    std::string_view name;   // "container-killed"
    std::string_view needs;  // for the documentation
    std::vector<Finding> (*find)(const PastedEvidence& evidence);
    // Its commands are for this process, not for a later one of the same program.
    bool still_runs = true;
};

std::span<const PastedRule> pasted_rules();

// The severest first, then by bytes.
std::vector<Finding> findings_of_pasted(const PastedEvidence& evidence);

namespace rule {
std::vector<Finding> compilation_memory(const PastedEvidence& evidence);
std::vector<Finding> container_killed(const PastedEvidence& evidence);
std::vector<Finding> heap_above_limit(const PastedEvidence& evidence);
std::vector<Finding> heap_full(const PastedEvidence& evidence);
std::vector<Finding> jemalloc(const PastedEvidence& evidence);
std::vector<Finding> machine_memory(const PastedEvidence& evidence);
std::vector<Finding> metaspace_limit(const PastedEvidence& evidence);
}  // namespace rule

}  // namespace nmtx
