// The reconciliation report as text and JSON. Both format the same account and draw no conclusions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "account/account.h"
#include "ledger/moment.h"
#include "report/style/style.h"

namespace nmtx {

// One screen: the verdict with its next commands, where RSS is, what NMT does not track, notes. With
// options.all every row and figure, with options.maps every mapping.
std::string text_report(const Account& account, const ReportOptions& options, const TextStyle& style);

// `nmtx malloc`: how much NMT tracks, the owners of what it does not, then malloc's memory by state, arenas
// and sizes. With options.all every arena, size and owner, and NMT's own counts.
std::string malloc_report(const Moment& moment, const ReportOptions& options, const TextStyle& style);

// docs/reference/json.md; one object, indented by two blanks, with a newline at the end.
std::string json_report(const Account& account);
// The object itself.
nlohmann::ordered_json report_json(const Account& account);

}  // namespace nmtx
