// A process whose evidence was read, now or from a capture, and parsed: where every verb that reports begins.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "cli/command.h"
#include "evidence/capture.h"
#include "ledger/plan/reconciliation_plan.h"
#include "process/process_view.h"

namespace nmtx {

// The view points into the capture's texts, which keep their place when this is moved.
struct OpenedProcess {
    Capture capture;
    ProcessView view;
};

// Parses a capture.
Expected<OpenedProcess> opened(Capture capture);
// A capture's file, without names where --redact asks for that.
Expected<OpenedProcess> open_file(const Command& command, const std::string& file);
// A running process, read as the plan has it; -o keeps its evidence.
Expected<OpenedProcess> open_process(const Command& command, std::uint64_t pid, ReconciliationPlan plan);
// The file that the command names, else its process.
Expected<OpenedProcess> open_either(const Command& command, ReconciliationPlan plan);

}  // namespace nmtx
