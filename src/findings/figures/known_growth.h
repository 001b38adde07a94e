// Which known bugs fit this process: its release has them, and what they make grow is named.
#pragma once

#include <string_view>
#include <vector>

#include "findings/knowledge/known_bugs.h"
#include "process/process_view.h"

namespace nmtx {

// By the release and update of the process; empty where these are not known. Not those that only look like a
// leak.
std::vector<const KnownBug*> bugs_that_fit(const ProcessView& view, std::string_view category);

// Puts them into the finding, with what helps against each.
void add_bugs(struct Finding& finding, const std::vector<const KnownBug*>& bugs);

}  // namespace nmtx
