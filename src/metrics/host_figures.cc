#include "metrics/host_figures.h"

namespace nmtx {

void JvmState::take(const std::shared_ptr<const JvmFigures>& figures, std::int64_t now_ms) {
    up = true;
    totals = figures;
    totals_ms = now_ms;
    for (const auto& [question, seconds] : figures->questions) questions[question] = seconds;
    if (figures->depth == Depth::light && owners && owners->depth == Depth::full) return;
    owners = figures;
    owners_ms = now_ms;
}

}  // namespace nmtx
