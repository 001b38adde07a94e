// `nmtx watch`: the user's choices, and the effect of keys on them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/screen.h"

namespace nmtx {

enum class WatchView { owners, threads, malloc };
// Sizes and changes with the largest first. A change since the start is also the order of the rates.
enum class WatchSort { resident, since_start, since_last, name, cpu };

// A text that is shown instead of the rows.
struct WatchText {
    std::string title;
    std::vector<std::string> lines;
    bool folded = false;  // sentences are wrapped on a narrow screen
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
    WatchText text;       // shown if it has lines
    ScreenSize size;
    bool unicode = true;  // otherwise only ASCII
    std::string message;  // the result of the last key, or why it failed

    [[nodiscard]] bool shows_text() const { return !text.lines.empty(); }
};

// What a key requests besides a change of the screen.
enum class WatchAction {
    none,
    quit,
    refresh,
    begin_anew,  // the current snapshot becomes the start
    save,        // save the snapshot on the screen
    capture,     // take a full capture like `nmtx capture`
    threads,     // the threads, and what the busiest do
    details      // of the selected row
};

// What the last screen had to scroll over and to select.
struct WatchExtent {
    std::size_t shown = 0, all = 0;  // lines
    std::size_t first_row = 0;       // the line of the screen that has the first of them
    std::vector<std::string> names;  // of all lines; empty for lines that are not rows
};

WatchAction press(WatchState& state, KeyPress key, const WatchExtent& extent);

WatchText watch_help();

}  // namespace nmtx
