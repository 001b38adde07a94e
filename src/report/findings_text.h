// Findings as text and as JSON.
#pragma once

#include <span>
#include <string>

#include "findings/finding.h"
#include "report/style.h"

namespace nmtx {

// Each with its evidence, remedies and what would refute it; notes as one line, but with options.all.
std::string findings_text(std::span<const Finding> findings, const ReportOptions& options,
                          const TextStyle& style);

// "174.3 MiB, 68.9 % of RSS, 89.2 % of what NMT does not know of; confidence high"; the bytes alone where
// they are not resident.
std::string weight_of(const Finding& finding);

}  // namespace nmtx
