#include "report/watch/watch_state.h"

#include <algorithm>
#include <string_view>

namespace nmtx {
namespace {

constexpr std::size_t wheel_step = 3;
constexpr std::size_t longest_filter = 64;

void scroll_to(WatchState& state, std::size_t line, const WatchExtent& extent) {
    state.scroll = std::min(line, extent.all - std::min(extent.all, extent.shown));
}

void scroll_by(WatchState& state, std::size_t lines, bool up, const WatchExtent& extent) {
    scroll_to(state, up ? state.scroll - std::min(state.scroll, lines) : state.scroll + lines, extent);
}

// Selects the row on that line and scrolls as far as it takes to see it.
void select(WatchState& state, std::size_t line, const WatchExtent& extent) {
    state.selected = extent.names[line];
    if (line < state.scroll) scroll_to(state, line, extent);
    if (line >= state.scroll + extent.shown) scroll_to(state, line + 1 - extent.shown, extent);
}

// The row above or below the selected one; where none is selected, the first one that is to be seen.
void select_next(WatchState& state, bool up, const WatchExtent& extent) {
    const auto& names = extent.names;
    const auto now = std::find(names.begin(), names.end(), state.selected);
    if (state.selected.empty() || now == names.end()) {
        for (std::size_t line = state.scroll; line < names.size(); ++line) {
            if (!names[line].empty()) return select(state, line, extent);
        }
        return;
    }
    auto line = static_cast<std::size_t>(now - names.begin());
    while (up ? line > 0 : line + 1 < names.size()) {
        line = up ? line - 1 : line + 1;
        if (!names[line].empty()) return select(state, line, extent);
    }
}

// True where the key was one that moves.
bool move(WatchState& state, KeyPress key, const WatchExtent& extent) {
    const std::size_t page = std::max<std::size_t>(extent.shown, 1);
    switch (key.key) {
        case Key::up:
        case Key::down:
            if (state.shows_text())
                scroll_by(state, 1, key.key == Key::up, extent);
            else
                select_next(state, key.key == Key::up, extent);
            return true;
        case Key::wheel_up:
        case Key::wheel_down:
            scroll_by(state, wheel_step, key.key == Key::wheel_up, extent);
            return true;
        case Key::page_up:
        case Key::page_down:
            scroll_by(state, page, key.key == Key::page_up, extent);
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
    if (state.view != view) state.selected.clear();
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

// A click selects; one more on the same row asks for its details.
WatchAction click(WatchState& state, std::size_t row, const WatchExtent& extent) {
    if (state.shows_text() || row < extent.first_row) return WatchAction::none;
    const std::size_t below = row - extent.first_row;
    const std::size_t line = state.scroll + below;
    if (below >= extent.shown || line >= extent.names.size() || extent.names[line].empty())
        return WatchAction::none;
    if (state.selected == extent.names[line]) return WatchAction::details;
    state.selected = extent.names[line];
    return WatchAction::none;
}

WatchAction type(WatchState& state, KeyPress key) {
    switch (key.key) {
        case Key::enter:
            state.typing = false;
            break;
        case Key::escape:
            state.typing = false;
            state.filter.clear();
            break;
        case Key::backspace:
            if (!state.filter.empty()) state.filter.pop_back();
            break;
        case Key::character:
            if (state.filter.size() < longest_filter) state.filter += key.character;
            break;
        default:
            break;
    }
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
        case '/':
            state.typing = true;
            state.filter.clear();
            state.scroll = 0;
            return WatchAction::none;
        case 'h':
        case '?':
            state.text = watch_help();
            state.scroll = 0;
            return WatchAction::none;
        case ' ':
            return WatchAction::refresh;
        case 'z':
            return WatchAction::begin_anew;
        case 'c':
            return WatchAction::save;
        case 'C':
            return WatchAction::capture;
        case 'd':
            return WatchAction::threads;
        default:
            return WatchAction::none;
    }
}

// Back from a text to the rows.
bool leaves_text(const WatchState& state, KeyPress key) {
    if (!state.shows_text()) return false;
    if (key.key == Key::escape || key.key == Key::enter || key.key == Key::backspace) return true;
    return key.key == Key::character && std::string_view("qh?").find(key.character) != std::string_view::npos;
}

}  // namespace

WatchAction press(WatchState& state, KeyPress key, const WatchExtent& extent) {
    state.message.clear();
    if (move(state, key, extent)) return WatchAction::none;
    if (leaves_text(state, key)) {
        show(state, state.view);
        return WatchAction::none;
    }
    if (key.key == Key::click) return click(state, key.row, extent);
    if (state.typing && !state.shows_text()) return type(state, key);
    switch (key.key) {
        case Key::tab:
            turn(state, 1);
            return WatchAction::none;
        case Key::back_tab:
            turn(state, -1);
            return WatchAction::none;
        case Key::enter:
            if (state.shows_text()) return WatchAction::none;
            if (state.selected.empty()) select_next(state, false, extent);
            return state.selected.empty() ? WatchAction::none : WatchAction::details;
        case Key::escape:
            if (state.filter.empty())
                state.selected.clear();
            else
                state.filter.clear();
            return WatchAction::none;
        case Key::character:
            return press(state, key.character);
        default:
            return WatchAction::none;
    }
}

WatchText watch_help() {
    const std::string about_the_start =
        "The start is the first refresh, in the malloc view the first walk. A refresh asks the JVM for NMT's "
        "totals and the bounds of its areas, which needs no safepoint; --effort=default asks for addresses "
        "too.";
    const std::string about_growth =
        "Growth, and the time until a limit is reached, are shown once at least six refreshes of the last "
        "ten minutes show it beyond chance; the time assumes that it goes on at that rate.";
    return {
        "nmtx watch: keys",
        {
            "1 owners: the owner of each resident byte; the rows sum to RSS",
            "2 threads: by pool, with CPU since the last refresh and the resident part of their stacks",
            "3 malloc: its chunks, which are walked at each refresh while this view is shown",
            "Tab: the next view",
            "s: sort by the change since the start, which is also the order of MiB a minute",
            "l: sort by the change since the last refresh",
            "r: sort by resident memory (threads: of their stacks)",
            "n: sort by name",
            "u: sort threads by CPU",
            "/: show only rows with the text that you type; Enter keeps it, Esc shows all rows",
            "up, down, or a click: select a row",
            "Enter, or a second click: details of the selected row, and its source",
            "PgUp, PgDn, Home, End, mouse wheel: scroll (hold Shift to select text with the mouse)",
            "z: count changes from now on",
            "space: refresh now",
            "p: pause, and resume",
            "c: save the snapshot on the screen",
            "C: take a full capture, as `nmtx capture` does, and save it",
            "d: what the busiest threads do; each is stopped for about a millisecond, without a safepoint",
            "?: this text, and back",
            "q: quit",
            "",
            about_the_start,
            about_growth,
        },
        true};
}

}  // namespace nmtx
