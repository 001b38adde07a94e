#include "change/sample_plan.h"

#include <array>

namespace nmtx {
namespace {

constexpr std::array lasting{question::version, question::heap_info, question::codecache, question::flags};

}  // namespace

KnownAnswers lasting_answers(const Capture& full) {
    KnownAnswers known;
    for (const std::string_view command : lasting) {
        const std::string name = document_of(command);
        if (const auto text = full.text(name)) known.emplace_back(name, std::string(*text));
    }
    return known;
}

// In bytes where the JVM can; 8 refuses that, and is asked in KB.
std::optional<std::string> LightSamplePlan::next_question(const Capture& so_far) {
    if (!ask_) return std::nullopt;
    auto next = ReconciliationPlan::next_question(so_far);
    if (!next || *next == question::nmt_summary || *next == question::nmt_summary_bytes) return next;
    // The order of questions begins with VM.version, which is unknown for a JVM without an earlier full
    // sample.
    if (*next == question::version) return next;
    return std::nullopt;
}

}  // namespace nmtx
