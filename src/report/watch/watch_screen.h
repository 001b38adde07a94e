// What `nmtx watch` shows: a head, the rows of a view as far as there is room, and the keys. Nothing is wider
// than the screen, no name reaches it unprintable.
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

// What has been seen of the process, and what it cost.
struct WatchFigures {
    std::uint64_t pid = 0;
    std::optional<WatchedChange> all;     // every refresh; absent before the first
    std::optional<WatchedChange> walked;  // those alone in which malloc was walked
    std::optional<WatchVerdict> verdict;
    std::vector<Point> rss;         // of every refresh: seconds since the first, bytes
    std::optional<RssLimit> limit;  // what RSS may grow to
    std::size_t refreshes = 0;
    double jvm_ms = 0;   // the last refresh: waiting for the JVM's answers
    double nmtx_ms = 0;  // CPU of nmtx from the refresh before to the end of the last one
    std::chrono::milliseconds every{5000};
    bool walks = true;  // false: --malloc=never
    std::string alert;  // what is wrong with the last refresh; its figures are not in `all` then
};

// The malloc view has moments of its own, those that were walked. There must be a moment.
const WatchedChange& shown_change(const WatchState& state, const WatchFigures& figures);

struct WatchScreen {
    std::vector<ScreenLine> lines;  // as many as the screen has, or fewer
    std::size_t scroll = 0;         // state.scroll, or as far as there is something to see
    WatchExtent extent;
};

WatchScreen watch_screen(const WatchState& state, const WatchFigures& figures);

}  // namespace nmtx
