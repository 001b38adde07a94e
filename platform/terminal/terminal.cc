#include "platform/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/os/environment.h"

namespace nmtx {
namespace {

constexpr std::size_t narrowest = 20;
constexpr std::size_t widest = 1000;

std::size_t width_of(bool is_terminal) {
    winsize size{};
    std::size_t width = 0;
    if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
    if (width == 0) {
        const std::string_view columns = environment("COLUMNS");
        std::from_chars(columns.data(), columns.data() + columns.size(), width);
    }
    if (width == 0) return Terminal().width;
    return width < narrowest ? narrowest : width > widest ? widest : width;
}

std::size_t height_of(bool is_terminal) {
    winsize size{};
    return is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

// Like setlocale, but only from the names: loading the locale would cost too much.
bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string_view locale = environment(name);
        if (locale.empty()) continue;
        const auto holds = [&](std::string_view part) { return locale.find(part) != std::string_view::npos; };
        return holds("UTF-8") || holds("utf8") || holds("utf-8") || holds("UTF8");
    }
    return false;
}

}  // namespace

Terminal look_at_terminal() {
    Terminal terminal;
    terminal.is_terminal = ::isatty(STDOUT_FILENO) == 1;
    terminal.width = width_of(terminal.is_terminal);
    terminal.height = height_of(terminal.is_terminal);
    terminal.colour = terminal.is_terminal && environment("NO_COLOR").empty() &&
                      environment("TERM") != "dumb" && !environment("TERM").empty();
    terminal.utf8 = locale_is_utf8();
    return terminal;
}

}  // namespace nmtx
