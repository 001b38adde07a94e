// `nmtx explain`: the kinds of text in a paste, their figures, and what was not recognised.
#pragma once

#include <string>

#include "account/explanation.h"
#include "report/style/style.h"

namespace nmtx {

std::string explain_text(const Explanation& explanation, const ReportOptions& options,
                         const TextStyle& style);
// Only the verdicts and findings, for --quiet.
std::string explain_verdicts(const Explanation& explanation, const TextStyle& style);
// docs/reference/json.md: `nmtx explain`.
std::string json_explain(const Explanation& explanation);

// "lines 1-95", "line 7"
std::string lines_of(std::size_t first, std::size_t last);

}  // namespace nmtx
