// Why malloc was not walked: so that a report can say what is missing, and how to get it.
#pragma once

#include <optional>
#include <string>

#include "findings/finding.h"
#include "process/process_view.h"

namespace nmtx {

struct NoWalk {
    std::string why;  // "--malloc=never was given": without a full stop
    Remedy remedy;    // the one command that does it, with PID; without one where nothing does
};

// Nothing where malloc was walked.
std::optional<NoWalk> why_no_walk(const ProcessView& view);

}  // namespace nmtx
