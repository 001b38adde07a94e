#include "report/watch/watch_state.h"

#include <algorithm>
#include <string_view>

namespace nmtx {
namespace {

constexpr std::string_view what_it_costs =
    "The start is the first refresh, in the malloc view the first walk. A refresh asks the JVM for NMT's "
    "totals and the bounds of its areas, which takes no safepoint; --effort=default asks for addresses too.";

void scroll_to(WatchState& state, std::size_t line, WatchExtent extent) {
    state.scroll = std::min(line, extent.all - std::min(extent.all, extent.shown));
}

// True where the key was one that scrolls.
bool scroll(WatchState& state, Key key, WatchExtent extent) {
    const std::size_t page = std::max<std::size_t>(extent.shown, 1);
    switch (key) {
        case Key::up:
            scroll_to(state, state.scroll - std::min<std::size_t>(state.scroll, 1), extent);
            return true;
        case Key::down:
            scroll_to(state, state.scroll + 1, extent);
            return true;
        case Key::page_up:
            scroll_to(state, state.scroll - std::min(state.scroll, page), extent);
            return true;
        case Key::page_down:
            scroll_to(state, state.scroll + page, extent);
            return true;
        case Key::home:
            scroll_to(state, 0, extent);
            return true;
        case Key::end:
            scroll_to(state, extent.all, extent);
            return true;
        default:
            return false;
    }
}

void show(WatchState& state, WatchView view) {
    state.view = view;
    state.text = {};
    state.scroll = 0;
}

void turn(WatchState& state, int step) {
    constexpr int views = 3;
    show(state, static_cast<WatchView>((static_cast<int>(state.view) + views + step) % views));
}

WatchAction sort_by(WatchState& state, WatchSort sort) {
    state.sort = sort;
    state.scroll = 0;
    return WatchAction::none;
}

WatchAction press(WatchState& state, char character) {
    switch (character) {
        case 'q':
            return WatchAction::quit;
        case '1':
        case '2':
        case '3':
            show(state, static_cast<WatchView>(character - '1'));
            return WatchAction::none;
        case 'r':
            return sort_by(state, WatchSort::resident);
        case 's':
            return sort_by(state, WatchSort::since_start);
        case 'l':
            return sort_by(state, WatchSort::since_last);
        case 'n':
            return sort_by(state, WatchSort::name);
        case 'u':
            return sort_by(state, WatchSort::cpu);
        case 'p':
            state.paused = !state.paused;
            return WatchAction::none;
        case 'h':
        case '?':
            state.text = watch_help();
            state.scroll = 0;
            return WatchAction::none;
        case ' ':
            return WatchAction::refresh;
        case 'c':
            return WatchAction::save;
        case 'C':
            return WatchAction::capture;
        case 'd':
            return WatchAction::dump;
        default:
            return WatchAction::none;
    }
}

}  // namespace

WatchAction press(WatchState& state, KeyPress key, WatchExtent extent) {
    state.message.clear();
    if (scroll(state, key.key, extent)) return WatchAction::none;
    const bool leaves = key.key == Key::escape || (key.key == Key::character && key.character == 'q') ||
                        (key.key == Key::character && (key.character == 'h' || key.character == '?'));
    if (state.shows_text() && leaves) {
        show(state, state.view);
        return WatchAction::none;
    }
    switch (key.key) {
        case Key::tab:
            turn(state, 1);
            return WatchAction::none;
        case Key::back_tab:
            turn(state, -1);
            return WatchAction::none;
        case Key::character:
            return press(state, key.character);
        default:
            return WatchAction::none;
    }
}

WatchText watch_help() {
    return {
        "nmtx watch: keys",
        {
            "1 owners: who owns each resident byte; the rows sum to RSS",
            "2 threads: in pools, what CPU they had since the last refresh, what is resident of their stacks",
            "3 malloc: its chunks, which are walked at each refresh while this view is shown",
            "Tab: the next view",
            "r: sort by what is resident (of threads: of their stacks)",
            "s: sort by the change since the start",
            "l: sort by the change since the last refresh",
            "n: sort by name",
            "u: sort threads by CPU",
            "arrows, PgUp, PgDn, Home, End: scroll",
            "space: refresh now",
            "p: pause, and go on",
            "c: save the evidence of what is on the screen",
            "C: capture anew, with all that `nmtx capture` asks, and save that",
            "d: the threads with the JVM's own dump of them, a safepoint, which no other key asks for",
            "h, ?: this text, and back",
            "q: quit",
            "",
            std::string(what_it_costs),
        },
        true};
}

}  // namespace nmtx
