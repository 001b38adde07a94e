// A process with its parsed evidence, live or from a capture: the start of every reporting verb.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "cli/command.h"
#include "evidence/capture.h"
#include "ledger/plan/reconciliation_plan.h"
#include "process/process_view.h"

namespace nmtx {

// The view points into the capture's texts, which keep their addresses when this is moved.
struct OpenedProcess {
    Capture capture;
    ProcessView view;
};

// Parses a capture.
Expected<OpenedProcess> opened(Capture capture);
// From a capture file, redacted if --redact is given.
Expected<OpenedProcess> open_file(const Command& command, const std::string& file);
// A running process, read by the plan; -o saves its evidence.
Expected<OpenedProcess> open_process(const Command& command, std::uint64_t pid, ReconciliationPlan plan);
// The file that the command names, else its process.
Expected<OpenedProcess> open_either(const Command& command, ReconciliationPlan plan);

}  // namespace nmtx
