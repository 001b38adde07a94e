// The label of a finding in Markdown.
#pragma once

#include <string_view>

#include "report/ticket/ticket.h"

namespace nmtx {

// "problem", "warning", "note", "ok"; "undecided" for the assessment's finding of that name.
inline std::string_view name_of(const TicketFinding& finding) {
    return finding.id == "undecided" ? std::string_view(finding.id) : name_of(finding.severity);
}

}  // namespace nmtx
