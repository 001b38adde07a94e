#include "platform/terminal/terminal_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace nmtx {

TerminalLine::TerminalLine(int fd) : fd_(fd >= 0 && ::isatty(fd) == 1 ? fd : -1) {}

bool TerminalLine::may_draw() const {
    if (fd_ < 0) return false;
    const pid_t foreground = ::tcgetpgrp(fd_);
    return foreground == -1 || foreground == ::getpgrp();
}

std::size_t TerminalLine::width() const {
    winsize size{};
    constexpr std::size_t usual = 80;
    return ::ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

// Without escape sequences, so that it works on whatever calls itself a terminal.
void TerminalLine::draw(std::string text) {
    const std::size_t columns = text.size();
    const std::size_t stale = std::min(drawn_, width() - 1);
    if (columns < stale) text.append(stale - columns, ' ');
    text.insert(text.begin(), '\r');
    if (::write(fd_, text.data(), text.size()) >= 0) drawn_ = columns;
}

void TerminalLine::erase() {
    if (drawn_ == 0) return;
    const std::size_t blanks = std::min(drawn_, width() - 1);
    const std::string text = "\r" + std::string(blanks, ' ') + "\r";
    if (::write(fd_, text.data(), text.size()) >= 0) drawn_ = 0;
}

}  // namespace nmtx
