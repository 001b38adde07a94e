// A pseudo-terminal of xterm's kind with a program on it, and what its screen shows.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx::live {

// As much of a terminal's cells as ncurses uses.
class ScreenCells {
  public:
    ScreenCells(std::size_t width, std::size_t height) { resize(width, height); }
    void resize(std::size_t width, std::size_t height);
    void feed(std::string_view bytes);
    [[nodiscard]] std::string text() const;  // a line for each row, without the blanks at its end

  private:
    void put(std::string_view character);
    void control(char character);
    void sequence(char final, const std::vector<std::size_t>& numbers, bool asks_for_mode);
    void move_rows(std::size_t from, bool down, std::size_t n);
    void blank(std::size_t row, std::size_t from, std::size_t to);

    std::size_t width_ = 0, height_ = 0, row_ = 0, column_ = 0;
    std::size_t top_ = 0, bottom_ = 0;  // the rows that scroll: from, and before which
    std::vector<std::vector<std::string>> cells_;
    std::string unfinished_, last_;
};

class TerminalProgram {
  public:
    struct Options {
        std::size_t width = 80, height = 24;
        std::string term = "xterm";
        std::string directory = ".";
        std::vector<std::string> environment = {};  // more of it: "NO_COLOR=1"
    };
    // Runs nmtx with these arguments.
    TerminalProgram(const std::vector<std::string>& arguments, const Options& options);
    ~TerminalProgram();  // ends it where it has not ended
    TerminalProgram(const TerminalProgram&) = delete;
    TerminalProgram& operator=(const TerminalProgram&) = delete;

    void type(std::string_view keys) const;
    void resize(std::size_t width, std::size_t height);
    void signal(int number) const;
    // Reads until the screen is so, at most 60 s; false then.
    bool wait_until(const std::function<bool(const std::string& screen)>& is_so);
    bool shows(std::string_view text);  // waits for it
    // Waits for the program to end; its exit code, or 128 and the signal.
    int end();
    [[nodiscard]] std::string screen() const { return cells_.text(); }
    [[nodiscard]] const std::string& output() const { return output_; }  // all of it, raw
    // Does the terminal do what it did before, to keys and to what is written?
    [[nodiscard]] bool restored() const;

  private:
    bool read_some(std::chrono::milliseconds patience);

    int terminal_ = -1;
    int kept_open_ = -1;  // the program's side, so that its settings can be looked at when it has ended
    pid_t pid_ = -1;
    int status_ = 0;
    bool ended_ = false;
    termios before_{};
    ScreenCells cells_;
    std::string output_;
};

}  // namespace nmtx::live
