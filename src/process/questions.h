// Which questions the JVM is asked, in which order, and when it may not be asked.
// docs/how-it-works/how-nmtx-works.md has the cost of each.
#pragma once

#include <optional>
#include <string>

#include "evidence/capture.h"
#include "process/process_view.h"

namespace nmtx {

// What may be asked of a JVM.
struct QuestionOptions {
    Effort effort = Effort::standard;
    bool nmt = true;          // false: as if the JVM ran without NMT
    bool call_sites = false;  // NMT's call sites, in bytes where the JVM can; Effort::most has them anyway
};

// Before any question: why this JVM cannot answer, by its options. Nothing where it can.
std::optional<Missing> why_not_to_attach(const ProcessView& view);

// The next command; nothing when these options allow no more.
std::optional<std::string> next_question(const ProcessView& view, const Capture& so_far,
                                         const QuestionOptions& options);

}  // namespace nmtx
