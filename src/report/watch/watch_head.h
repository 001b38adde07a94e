// The lines above the rows of `nmtx watch`: RSS and where it goes, the verdict, the process.
#pragma once

#include <string>
#include <vector>

#include "base/screen.h"
#include "report/watch/watch_screen.h"
#include "report/watch/watch_state.h"

namespace nmtx {

// From this width on sentences are complete.
inline bool is_wide(ScreenSize size) {
    return size.width >= 72;
}

// The most important first: a low screen cuts off the end.
std::vector<ScreenLine> watch_head(const WatchState& state, const WatchFigures& figures);

// "+12.3 MiB/min over 3 min; container limit of 512.0 MiB in about 25 min", "no growth seen in 3 min";
// shorter on a narrow screen.
std::string growth_text(const WatchFigures& figures, std::size_t width);

}  // namespace nmtx
