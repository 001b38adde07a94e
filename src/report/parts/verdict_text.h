// The verdict as the forms of a report show it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "findings/judgement/judgement.h"
#include "report/style/style.h"

namespace nmtx {

// "WARNING  23.7 MiB allocated by …", "OK  99.9 % of RSS is accounted for": what a report opens with. Below
// it how sure that is, and the first thing to do.
std::string verdict_text(const Judgement& judged, const TextStyle& style);

// `assessment` of docs/reference/json.md.
nlohmann::ordered_json assessment_json(const Assessment& assessment);

}  // namespace nmtx
