// Errors for options and commands that do not exist, or do not apply.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/verb_entry.h"

namespace nmtx {

// "--limit": unknown, or belongs to another verb.
tl::unexpected<Error> refused_option(std::string_view typed, const VerbEntry& entry);

// "a, b and c"; `last` is the word before the last one.
std::string listed(const std::vector<std::string>& words, std::string_view last);

}  // namespace nmtx
