// `nmtx watch --json`: one object a refresh, each on a line of its own (docs/reference/json.md).
#pragma once

#include <string>

#include "report/watch/watch_screen.h"

namespace nmtx {

// With its newline. There must be a refresh.
std::string watch_json_line(const WatchFigures& figures);

}  // namespace nmtx
