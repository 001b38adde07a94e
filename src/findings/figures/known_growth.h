// Known bugs that fit this process: its release has them, and they affect the named memory.
#pragma once

#include <string_view>
#include <vector>

#include "findings/knowledge/known_bugs.h"
#include "process/process_view.h"

namespace nmtx {

// By the release and update of the process; empty where these are unknown. Without bugs that only look like
// a leak.
std::vector<const KnownBug*> bugs_that_fit(const ProcessView& view, std::string_view category);

// Adds them to the finding, with their remedies.
void add_bugs(struct Finding& finding, const std::vector<const KnownBug*>& bugs);

}  // namespace nmtx
