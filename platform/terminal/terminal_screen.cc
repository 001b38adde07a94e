#include "platform/terminal/terminal_screen.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/printable.h"
#include "platform/os/environment.h"
#include "platform/os/last_resort.h"

namespace nmtx {
namespace {

constexpr const char* instead = "nmtx watch PID --json and nmtx record need no terminal, nor does nmtx PID";

// ncurses writes by the locale. Where that calls for UTF-8 but is not installed, the C library's own has it.
bool choose_locale() {
    const auto is_utf8 = [] { return std::string_view(::nl_langinfo(CODESET)) == "UTF-8"; };
    if (std::setlocale(LC_CTYPE, "") != nullptr) return is_utf8();
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string_view locale = environment(name);
        if (locale.empty()) continue;
        const bool wanted =
            locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
        return wanted && std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr && is_utf8();
    }
    return false;
}

// Pairs of colours, the terminal's own background behind them.
enum Pair : short { grown_pair = 1, shrunk_pair, alert_pair };

attr_t pair(Pair colours) {
    return static_cast<attr_t>(COLOR_PAIR(colours));
}

attr_t attributes_of(ScreenLook look, bool colour) {
    switch (look) {
        case ScreenLook::plain:
            return A_NORMAL;
        case ScreenLook::title:
            return A_BOLD;
        case ScreenLook::faint:
            return A_DIM;
        case ScreenLook::inverse:
            return A_REVERSE;
        case ScreenLook::chosen:
            return A_BOLD | A_UNDERLINE;
        case ScreenLook::grown:
            return colour ? pair(grown_pair) : A_NORMAL;
        case ScreenLook::shrunk:
            return colour ? pair(shrunk_pair) : A_NORMAL;
        case ScreenLook::alert:
            return A_BOLD | (colour ? pair(alert_pair) : A_NORMAL);
    }
    return A_NORMAL;
}

KeyPress mouse_key() {
    MEVENT event{};
    if (::getmouse(&event) != OK) return {};
    if ((event.bstate & BUTTON4_PRESSED) != 0) return {Key::wheel_up};
    if ((event.bstate & BUTTON5_PRESSED) != 0) return {Key::wheel_down};
    if ((event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) == 0 || event.y < 0) return {};
    return {Key::click, 0, static_cast<std::size_t>(event.y)};
}

// Key::none for one that we have no use for.
KeyPress key_of(int code) {
    switch (code) {
        case KEY_UP:
            return {Key::up};
        case KEY_DOWN:
            return {Key::down};
        case KEY_PPAGE:
            return {Key::page_up};
        case KEY_NPAGE:
            return {Key::page_down};
        case KEY_HOME:
            return {Key::home};
        case KEY_END:
            return {Key::end};
        case '\t':
            return {Key::tab};
        case KEY_BTAB:
            return {Key::back_tab};
        case 27:
            return {Key::escape};
        case '\r':
        case '\n':
        case KEY_ENTER:
            return {Key::enter};
        case 127:
        case '\b':
        case KEY_BACKSPACE:
            return {Key::backspace};
        case KEY_MOUSE:
            return mouse_key();
        default:
            break;
    }
    if (code >= ' ' && code <= '~') return {Key::character, static_cast<char>(code)};
    return {};
}

// What the terminal did before the screen was opened.
termios settings_before;

// After a crash ncurses cannot be called: resets the mouse, the alternate screen and the cursor as xterm has
// them.
void leave_in_a_hurry() {
    constexpr std::string_view back = "\x1b[?1006l\x1b[?1000l\x1b[?1l\x1b>\x1b[?1049l\x1b[?25h\x1b[0m\r\n";
    if (::write(STDOUT_FILENO, back.data(), back.size()) < 0) return;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings_before);
}

}  // namespace

struct TerminalScreen::Curses {
    explicit Curses(SCREEN* opened) : screen(opened) {}
    Curses(const Curses&) = delete;
    Curses& operator=(const Curses&) = delete;
    ~Curses() {
        before_a_crash(nullptr);
        ::endwin();
        ::delscreen(screen);
    }
    SCREEN* screen;
    bool colour = false;
};

TerminalScreen::TerminalScreen(std::unique_ptr<Curses> curses, bool unicode)
    : curses_(std::move(curses)), unicode_(unicode) {}

TerminalScreen::~TerminalScreen() = default;

Expected<std::unique_ptr<TerminalScreen>> TerminalScreen::open(bool colour) {
    if (::isatty(STDOUT_FILENO) != 1 || ::isatty(STDIN_FILENO) != 1)
        return failure("", "this needs an interactive terminal", instead);
    const std::string kind(environment("TERM"));
    if (kind.empty() || kind == "dumb")
        return failure("", fmt::format("TERM={}: this terminal cannot show a screen", kind), instead);
    const bool unicode = choose_locale();
    ::tcgetattr(STDIN_FILENO, &settings_before);
    SCREEN* const screen = ::newterm(nullptr, stdout, stdin);
    if (screen == nullptr)
        return failure("", fmt::format("TERM={}: unknown terminal type", printable(kind)),
                       "try TERM=xterm, or set TERMINFO to the folder of terminal descriptions");
    auto curses = std::make_unique<Curses>(screen);
    before_a_crash(leave_in_a_hurry);
    // What tigetstr gives for a name that is of no string.
    static const char* const absent = reinterpret_cast<const char*>(-1);  // NOLINT(performance-no-int-to-ptr)
    if (const char* move = ::tigetstr("cup"); move == nullptr || move == absent)
        return failure("", fmt::format("TERM={}: this terminal cannot show a screen", printable(kind)),
                       instead);
    ::cbreak();
    ::noecho();
    ::nonl();
    ::curs_set(0);
    ::nodelay(stdscr, TRUE);
    ::keypad(stdscr, TRUE);
    ::set_escdelay(25);
    // In the protocol that terminfo names: SGR (1006) for xterm and its like. ncurses switches it off with
    // the screen, on Ctrl-Z too.
    ::mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, nullptr);
    ::mouseinterval(0);
    if (colour && ::has_colors() && ::start_color() == OK) {
        const short behind = ::use_default_colors() == OK ? -1 : COLOR_BLACK;
        ::init_pair(grown_pair, COLOR_RED, behind);
        ::init_pair(shrunk_pair, COLOR_GREEN, behind);
        ::init_pair(alert_pair, COLOR_YELLOW, behind);
        curses->colour = true;
    }
    return std::unique_ptr<TerminalScreen>(new TerminalScreen(std::move(curses), unicode));
}

// Each span goes to its column, so that a character which the terminal takes for wider or narrower than we do
// moves nothing behind it.
void TerminalScreen::draw(const std::vector<ScreenLine>& lines) {
    ::erase();
    int row = 0;
    for (const ScreenLine& line : lines) {
        for (const ScreenSpan& span : line) {
            ::attrset(static_cast<int>(attributes_of(span.look, curses_->colour)));
            ::mvaddstr(row, static_cast<int>(span.column), span.text.c_str());
        }
        ++row;
    }
    ::attrset(A_NORMAL);
    ::refresh();
}

KeyPress TerminalScreen::next_key() {
    while (true) {
        const int code = ::getch();
        if (code == ERR) return {};
        if (const KeyPress key = key_of(code); key.key != Key::none) return key;
    }
}

ScreenSize TerminalScreen::size() const {
    return {static_cast<std::size_t>(COLS), static_cast<std::size_t>(LINES)};
}

void TerminalScreen::resized() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
        ::resizeterm(size.ws_row, size.ws_col);
    ::clearok(stdscr, TRUE);
}

}  // namespace nmtx
