// Which questions are put to the JVM, in which order, and when none may be. What each one costs the target:
// docs/how-it-works/how-nmtx-works.md.
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

// Before anything is asked: why this JVM cannot answer, by its options. Nothing where it can.
std::optional<Missing> why_not_to_attach(const ProcessView& view);

// The next command, nothing when all is known that these options allow.
std::optional<std::string> next_question(const ProcessView& view, const Capture& so_far,
                                         const QuestionOptions& options);

}  // namespace nmtx
