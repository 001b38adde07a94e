#include "live/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "live/live_jvm.h"

namespace nmtx::live {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto patience = 60s;

winsize size_of(std::size_t width, std::size_t height) {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(width);
    size.ws_row = static_cast<unsigned short>(height);
    return size;
}

std::size_t length_of(unsigned char first) {
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// Runs where the child has just begun; returns only where it could not.
void become(const std::vector<std::string>& command, const TerminalProgram::Options& options,
            const std::string& name) {
    setsid();
    const int side = open(name.c_str(), O_RDWR);
    if (side < 0 || ioctl(side, TIOCSCTTY, 0) != 0 || chdir(options.directory.c_str()) != 0) return;
    for (int fd = 0; fd < 3; ++fd) dup2(side, fd);
    setenv("TERM", options.term.c_str(), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("NO_COLOR");
    unsetenv("COLUMNS");
    unsetenv("LINES");
    for (const std::string& more : options.environment) {
        const auto equals = more.find('=');
        setenv(more.substr(0, equals).c_str(), more.substr(equals + 1).c_str(), 1);
    }
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
}

}  // namespace

void ScreenCells::resize(std::size_t width, std::size_t height) {
    width_ = width, height_ = height;
    top_ = 0, bottom_ = height;
    cells_.resize(height);
    for (auto& row : cells_) row.resize(width, " ");
    row_ = std::min(row_, height - 1);
    column_ = std::min(column_, width - 1);
}

void ScreenCells::blank(std::size_t row, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, width_); ++i) cells_[row][i] = " ";
}

// Within those that scroll.
void ScreenCells::move_rows(std::size_t from, bool down, std::size_t n) {
    const std::vector<std::string> empty(width_, " ");
    for (std::size_t i = 0; i < std::min(n, bottom_ - from); ++i) {
        const auto at = [&](std::size_t row) { return cells_.begin() + static_cast<std::ptrdiff_t>(row); };
        cells_.erase(at(down ? bottom_ - 1 : from));
        cells_.insert(at(down ? from : bottom_ - 1), empty);
    }
}

void ScreenCells::put(std::string_view character) {
    if (column_ >= width_) column_ = 0, row_ = std::min(row_ + 1, height_ - 1);
    last_ = character;
    cells_[row_][column_++] = character;
}

void ScreenCells::control(char character) {
    if (character == '\r') column_ = 0;
    if (character == '\n' && row_ + 1 == bottom_)
        move_rows(top_, false, 1);
    else if (character == '\n' && row_ + 1 < height_)
        ++row_;
    if (character == '\b' && column_ > 0) --column_;
    if (character == '\t') column_ = std::min((column_ / 8 + 1) * 8, width_ - 1);
}

// ECMA-48, as xterm's terminfo uses it.
void ScreenCells::sequence(char final, const std::vector<std::size_t>& numbers, bool asks_for_mode) {
    const auto number = [&](std::size_t i) {
        return i < numbers.size() && numbers[i] > 0 ? numbers[i] : std::size_t{1};
    };
    const std::size_t n = number(0);
    const std::size_t which = numbers.empty() ? 0 : numbers[0];
    auto& row = cells_[row_];
    switch (asks_for_mode ? '?' : final) {
        case 'H':
            row_ = std::min(n, height_) - 1;
            column_ = std::min(number(1), width_) - 1;
            break;
        case 'A':
            row_ -= std::min(row_, n);
            break;
        case 'B':
            row_ = std::min(row_ + n, height_ - 1);
            break;
        case 'C':
            column_ = std::min(column_ + n, width_ - 1);
            break;
        case 'D':
            column_ -= std::min(column_, n);
            break;
        case 'G':
            column_ = std::min(n, width_) - 1;
            break;
        case 'd':
            row_ = std::min(n, height_) - 1;
            break;
        case 'X':
            blank(row_, column_, column_ + n);
            break;
        case 'K':
            blank(row_, which == 0 ? column_ : 0, which == 1 ? column_ + 1 : width_);
            break;
        case 'J':
            blank(row_, which == 0 ? column_ : 0, which == 1 ? column_ + 1 : width_);
            for (std::size_t i = which == 0 ? row_ + 1 : 0; i < (which == 1 ? row_ : height_); ++i)
                blank(i, 0, width_);
            break;
        case 'Z':
            for (std::size_t i = 0; i < n && column_ > 0; ++i) column_ = (column_ - 1) / 8 * 8;
            break;
        case 'L':
        case 'M':
            if (row_ >= top_ && row_ < bottom_) move_rows(row_, final == 'L', n);
            break;
        case 'S':
        case 'T':
            move_rows(top_, final == 'T', n);
            break;
        case 'r':
            top_ = std::min(n, height_) - 1;
            bottom_ = std::min(numbers.size() > 1 && numbers[1] > 0 ? numbers[1] : height_, height_);
            if (bottom_ <= top_) top_ = 0, bottom_ = height_;
            row_ = column_ = 0;
            break;
        case 'b':
            for (std::size_t i = 0; i < n; ++i) put(std::string(last_));
            break;
        case '@':
            row.insert(row.begin() + static_cast<std::ptrdiff_t>(std::min(column_, width_)), n, " ");
            row.resize(width_);
            break;
        case 'P':
            row.erase(row.begin() + static_cast<std::ptrdiff_t>(std::min(column_, width_)),
                      row.begin() + static_cast<std::ptrdiff_t>(std::min(column_ + n, width_)));
            row.resize(width_, " ");
            break;
        default:
            break;
    }
}

void ScreenCells::feed(std::string_view bytes) {
    unfinished_ += bytes;
    std::string_view rest = unfinished_;
    while (!rest.empty()) {
        if (rest[0] == 27) {
            if (rest.size() < 2) break;
            if (rest[1] != '[') {
                // A character set: three bytes; anything else two.
                const std::size_t length = rest[1] == '(' || rest[1] == ')' ? 3 : 2;
                if (rest.size() < length) break;
                if (rest[1] == 'M') {
                    if (row_ == top_)
                        move_rows(top_, true, 1);
                    else
                        row_ -= std::min<std::size_t>(row_, 1);
                }
                rest.remove_prefix(length);
                continue;
            }
            const std::size_t end = rest.find_first_not_of("0123456789;?><= ", 2);
            if (end == std::string_view::npos) break;
            std::vector<std::size_t> numbers;
            std::string digits;
            for (const char c : std::string(rest.substr(2, end - 2)) + ";") {
                if (c >= '0' && c <= '9') digits += c;
                if (c != ';') continue;
                numbers.push_back(digits.empty() ? 0 : std::stoul(digits));
                digits.clear();
            }
            sequence(rest[end], numbers, rest[2] == '?' || rest[2] == '>');
            rest.remove_prefix(end + 1);
        } else if (static_cast<unsigned char>(rest[0]) < 32) {
            control(rest[0]);
            rest.remove_prefix(1);
        } else {
            const std::size_t length = length_of(static_cast<unsigned char>(rest[0]));
            if (rest.size() < length) break;
            put(rest.substr(0, length));
            rest.remove_prefix(length);
        }
    }
    unfinished_ = std::string(rest);
}

std::string ScreenCells::text() const {
    std::string all;
    for (const auto& row : cells_) {
        std::string line;
        for (const std::string& cell : row) line += cell;
        line.erase(line.find_last_not_of(' ') + 1);
        all += line + "\n";
    }
    return all;
}

TerminalProgram::TerminalProgram(const std::vector<std::string>& arguments, const Options& options)
    : cells_(options.width, options.height) {
    terminal_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal_ < 0 || grantpt(terminal_) != 0 || unlockpt(terminal_) != 0)
        throw std::runtime_error("no pseudo-terminal");
    const std::string name = ptsname(terminal_);
    kept_open_ = open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const winsize size = size_of(options.width, options.height);
    ioctl(terminal_, TIOCSWINSZ, &size);
    tcgetattr(kept_open_, &before_);
    const std::vector<std::string> command = nmtx_command(arguments);
    pid_ = fork();
    if (pid_ == 0) {
        become(command, options, name);
        _exit(127);
    }
}

TerminalProgram::~TerminalProgram() {
    if (!ended_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(kept_open_);
    close(terminal_);
}

void TerminalProgram::type(std::string_view keys) const {
    if (write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::runtime_error("the terminal takes no keys");
}

void TerminalProgram::resize(std::size_t width, std::size_t height) {
    cells_.resize(width, height);
    const winsize size = size_of(width, height);
    ioctl(terminal_, TIOCSWINSZ, &size);
}

void TerminalProgram::signal(int number) const {
    kill(pid_, number);
}

bool TerminalProgram::read_some(std::chrono::milliseconds wait) {
    pollfd fd{terminal_, POLLIN, 0};
    if (poll(&fd, 1, static_cast<int>(wait.count())) <= 0) return false;
    std::array<char, 65536> buffer{};
    const ssize_t n = read(terminal_, buffer.data(), buffer.size());
    if (n <= 0) return false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
    output_ += bytes;
    cells_.feed(bytes);
    return true;
}

bool TerminalProgram::wait_until(const std::function<bool(const std::string& screen)>& is_so) {
    const auto deadline = Clock::now() + patience;
    while (Clock::now() < deadline) {
        if (is_so(screen())) return true;
        read_some(100ms);
    }
    return false;
}

bool TerminalProgram::shows(std::string_view text) {
    return wait_until([&](const std::string& screen) { return screen.find(text) != std::string::npos; });
}

int TerminalProgram::end() {
    const auto deadline = Clock::now() + patience;
    while (!ended_ && Clock::now() < deadline) {
        ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
        if (!ended_) read_some(50ms);
    }
    while (read_some(0ms)) {
    }
    if (!ended_) return -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

bool TerminalProgram::restored() const {
    termios now{};
    tcgetattr(kept_open_, &now);
    const bool settings =
        now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag && now.c_oflag == before_.c_oflag;
    const auto last = [&](std::string_view sequence) { return output_.rfind(sequence); };
    // Where the other screen was never entered there is nothing to leave.
    const auto is_left = [&](std::size_t entered, std::size_t left) {
        return entered == std::string::npos || (left != std::string::npos && left > entered);
    };
    return settings && is_left(last("\x1b[?1049h"), last("\x1b[?1049l")) &&
           is_left(last("1000h"), last("1000l"));
}

}  // namespace nmtx::live
