#include "platform/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace nmtx {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1s;
constexpr auto between = 100ms;

std::size_t width_of(int fd) {
    winsize size{};
    constexpr std::size_t usual = 80;
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

// A job in the background leaves the terminal to whom it belongs.
bool in_background(int fd) {
    const pid_t foreground = ::tcgetpgrp(fd);
    return foreground != -1 && foreground != ::getpgrp();
}

std::string bar(double share, std::size_t cells) {
    const auto full = std::min(static_cast<std::size_t>(share * static_cast<double>(cells)), cells);
    return "[" + std::string(full, '#') + std::string(cells - full, '.') + "]";
}

}  // namespace

std::string progress_text(const ProgressState& state, std::size_t width) {
    if (state.elapsed < patience || state.of == Bytes() || width == 0) return {};
    const std::size_t room = width - 1;
    const double share =
        std::min(static_cast<double>(state.done.value()) / static_cast<double>(state.of.value()), 1.0);
    const std::string percent = fmt::format("{:>3.0f} %", share * 100);
    std::string what = "nmtx: walking malloc's memory";
    if (state.pass > 1) what += fmt::format(", pass {}", state.pass);
    constexpr std::size_t fewest = 5, most = 40;
    const std::size_t beside = what.size() + percent.size() + 4;  // two blanks, two brackets
    if (room >= beside + fewest)
        return fmt::format("{} {} {}", what, bar(share, std::min(room - beside, most)), percent);
    for (const std::string& shorter :
         {fmt::format("{} {}", what, percent), fmt::format("nmtx: {}", percent), percent}) {
        if (shorter.size() <= room) return shorter;
    }
    return {};
}

Progress::Progress(int fd, Clock::time_point (*now)())
    : fd_(fd >= 0 && ::isatty(fd) == 1 ? fd : -1), now_(now), began_(now()), next_(began_ + patience) {}

void Progress::reached(Bytes done, Bytes of) {
    if (fd_ < 0) return;
    if (done < state_.done) ++state_.pass;
    state_.done = done;
    state_.of = of;
    const Clock::time_point at = now_();
    if (at < next_ || in_background(fd_)) return;
    next_ = at + between;
    state_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(at - began_);
    const std::size_t width = width_of(fd_);
    draw(progress_text(state_, width), width);
}

// Without escape sequences, so that it works on whatever calls itself a terminal.
void Progress::draw(std::string text, std::size_t width) {
    const std::size_t columns = text.size();
    const std::size_t stale = std::min(drawn_, width - 1);
    if (columns < stale) text.append(stale - columns, ' ');
    text.insert(text.begin(), '\r');
    if (::write(fd_, text.data(), text.size()) >= 0) drawn_ = columns;
}

void Progress::erase() {
    if (drawn_ == 0) return;
    const std::size_t blanks = std::min(drawn_, width_of(fd_) - 1);
    const std::string text = "\r" + std::string(blanks, ' ') + "\r";
    if (::write(fd_, text.data(), text.size()) >= 0) drawn_ = 0;
}

}  // namespace nmtx
