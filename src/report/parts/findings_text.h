// Findings as text.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "findings/finding.h"
#include "report/style/style.h"

namespace nmtx {

Mark mark_of(const Finding& finding);

// How much of a finding is printed below its title.
struct FindingDepth {
    std::size_t evidence = 2;  // lines, in whole sentences; at least the first sentence
    std::size_t remedies = 2;
    bool refutation = true;  // what would show that it is wrong
};
inline constexpr FindingDepth in_full{static_cast<std::size_t>(-1), static_cast<std::size_t>(-1), true};

// "WARNING  12.1 MiB …" in bold, then its share, confidence and what is not known, evidence, next commands,
// "Not a leak if:".
std::string finding_text(const Finding& finding, const FindingDepth& depth, const TextStyle& style);

// All findings; with options.all in full. Otherwise notes take one line each, and the others show one
// remedy. An undecided verdict is not shortened like a note, because its next command is the answer.
std::string findings_text(std::span<const Finding> findings, const ReportOptions& options,
                          const TextStyle& style);

// What the confidence is in: "the amount and owner"; "this statement" where it is in the title as it is.
std::string sure_of(const Finding& finding);

}  // namespace nmtx
