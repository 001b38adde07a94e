// The contents of a character screen, and its keys, independent of what draws it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nmtx {

// What a text means. The terminal decides how that looks, with or without colours.
enum class ScreenLook : std::uint8_t { plain, title, faint, inverse, chosen, grown, shrunk, alert };

// Printable text, beginning at a column; the first column is 0.
struct ScreenSpan {
    std::size_t column = 0;
    std::string text;
    ScreenLook look = ScreenLook::plain;
};
using ScreenLine = std::vector<ScreenSpan>;

struct ScreenSize {
    std::size_t width = 80, height = 24;
    friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

enum class Key : std::uint8_t {
    none,
    character,
    up,
    down,
    page_up,
    page_down,
    home,
    end,
    tab,
    back_tab,
    escape,
    enter,
    backspace,
    click,  // of the mouse: its left button
    wheel_up,
    wheel_down
};

struct KeyPress {
    Key key = Key::none;
    char character = 0;   // of Key::character; printable ASCII
    std::size_t row = 0;  // of Key::click: the line of the screen; the first line is 0
};

}  // namespace nmtx
