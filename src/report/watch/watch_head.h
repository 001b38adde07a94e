// The lines above the rows of `nmtx watch`: RSS and where it goes, the verdict, the process.
#pragma once

#include <string>
#include <vector>

#include "base/screen.h"
#include "report/watch/watch_screen.h"
#include "report/watch/watch_state.h"

namespace nmtx {

// From this width on sentences are said in full.
inline bool is_wide(ScreenSize size) {
    return size.width >= 72;
}

// The most important first: what a low screen has no room for is cut off the end.
std::vector<ScreenLine> watch_head(const WatchState& state, const WatchFigures& figures);

// "+12.3 MiB/min over 3 min; container limit of 512.0 MiB in about 25 min", "no growth seen in 3 min";
// shorter where the screen is not that wide.
std::string growth_text(const WatchFigures& figures, std::size_t width);

}  // namespace nmtx
