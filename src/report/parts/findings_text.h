// Findings as text and as JSON.
#pragma once

#include <span>
#include <string>

#include "findings/finding.h"
#include "report/style/style.h"

namespace nmtx {

// Each with its evidence, remedies and what would refute it. Notes are one line, but with options.all; that
// it is undecided is no such note, for what would decide it is the answer.
std::string findings_text(std::span<const Finding> findings, const ReportOptions& options,
                          const TextStyle& style);

// "Start it with fewer arenas: MALLOC_ARENA_MAX=2"
std::string remedy_text(const Remedy& remedy);

// "174.3 MiB, 68.9 % of RSS, 89.2 % of what NMT does not know of; confidence high"; the bytes alone where
// they are not resident.
std::string weight_of(const Finding& finding);

}  // namespace nmtx
