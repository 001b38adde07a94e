// Conditions on the command line: "usage 90%", "rss 2g", "growth 200m/10m", "growth malloc 200m/10m", "term",
// "end".
#pragma once

#include <string>

#include "base/error.h"
#include "triggers/condition.h"

namespace nmtx {

Expected<Condition> parse_condition(const std::string& text);

}  // namespace nmtx
