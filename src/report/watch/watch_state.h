// `nmtx watch`: what the user has chosen to see, and what a key does to that.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/screen.h"

namespace nmtx {

enum class WatchView { owners, threads, malloc };
// Sizes and changes with the largest first. A change since the start is also the order of the rates.
enum class WatchSort { resident, since_start, since_last, name, cpu };

// A text that is shown in place of the rows.
struct WatchText {
    std::string title;
    std::vector<std::string> lines;
    bool folded = false;  // sentences that go on in a further line where the screen is narrow
};

struct WatchState {
    WatchView view = WatchView::owners;
    WatchSort sort = WatchSort::since_start;
    std::size_t scroll = 0;  // lines above the first one that is shown
    std::string selected;    // the name of a row; empty: none
    std::string filter;      // only rows with this in their names
    bool typing = false;     // the filter is being typed
    bool paused = false;
    bool asking = false;  // a refresh is under way
    WatchText text;       // where it has lines
    ScreenSize size;
    bool unicode = true;  // otherwise ASCII alone
    std::string message;  // what the last key has done, or why it could not

    [[nodiscard]] bool shows_text() const { return !text.lines.empty(); }
};

// What a key asks for beyond the screen.
enum class WatchAction {
    none,
    quit,
    refresh,
    begin_anew,  // what is now becomes the start
    save,        // the evidence of what is on the screen
    capture,     // all that `nmtx capture` takes
    dump,        // the threads with the JVM's dump of them
    details      // of the selected row
};

// What the last screen had to scroll over and to select.
struct WatchExtent {
    std::size_t shown = 0, all = 0;  // lines
    std::size_t first_row = 0;       // the line of the screen that has the first of them
    std::vector<std::string> names;  // of all lines; empty for those that are no row
};

WatchAction press(WatchState& state, KeyPress key, const WatchExtent& extent);

WatchText watch_help();

}  // namespace nmtx
