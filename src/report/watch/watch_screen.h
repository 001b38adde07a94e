// The screen of `nmtx watch`: a head, as many rows of a view as fit, and the keys. Nothing is wider than the
// screen, and all names are printable.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/screen.h"
#include "change/rss_course.h"
#include "change/watched_moments.h"
#include "findings/assessment/assessment.h"
#include "report/watch/watch_state.h"

namespace nmtx {

// The assessment of the last refresh.
struct WatchVerdict {
    Assessed verdict = Assessed::undecided;
    std::string title;  // of the severest finding
};

// The data on the process, and its cost.
struct WatchFigures {
    std::uint64_t pid = 0;
    std::optional<WatchedChange> all;     // every refresh; absent before the first
    std::optional<WatchedChange> walked;  // only those with a malloc walk
    std::optional<WatchVerdict> verdict;
    std::vector<Point> rss;         // of every refresh: seconds since the first, bytes
    std::optional<RssLimit> limit;  // what RSS may grow to
    std::size_t refreshes = 0;
    double jvm_ms = 0;   // the last refresh: waiting for the JVM's answers
    double nmtx_ms = 0;  // nmtx's CPU time from the previous refresh to the end of the last one
    std::chrono::milliseconds every{5000};
    bool walks = true;  // false: --malloc=never
    std::string alert;  // why the last refresh failed; its figures are then not in `all`
};

// The malloc view has its own snapshots, those with a walk. There must be a snapshot.
const WatchedChange& shown_change(const WatchState& state, const WatchFigures& figures);

struct WatchScreen {
    std::vector<ScreenLine> lines;  // as many as the screen has, or fewer
    std::size_t scroll = 0;         // state.scroll, limited to the last line
    WatchExtent extent;
};

WatchScreen watch_screen(const WatchState& state, const WatchFigures& figures);

}  // namespace nmtx
