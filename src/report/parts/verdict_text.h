// The verdict in text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "findings/judgement/judgement.h"
#include "report/style/style.h"

namespace nmtx {

// The beginning of a report: "WARNING 23.7 MiB allocated by …" with its confidence, evidence and next
// commands, then every other finding above a note, in less detail. With options.all in full.
std::string verdict_text(const Judgement& judged, const TextStyle& style, const ReportOptions& options = {});
// Only its first sentence.
std::string verdict_line(const Judgement& judged, const TextStyle& style);
// The findings that verdict_text has not printed.
std::span<const Finding> notes_below_verdict(const Judgement& judged);

// The report, followed by its verdict again if it is longer than the terminal.
std::string with_verdict_last(std::string report, const std::string& verdict, const TextStyle& style);

// `assessment` of docs/reference/json.md.
nlohmann::ordered_json assessment_json(const Assessment& assessment);

}  // namespace nmtx
