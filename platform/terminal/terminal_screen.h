// A full-screen terminal, with ncurses, and its keys.
#pragma once

#include <memory>
#include <vector>

#include "base/error.h"
#include "base/screen.h"

namespace nmtx {

// Restores the terminal when it is destroyed. Only one at a time.
class TerminalScreen {
  public:
    // Fails where standard input or output is not a terminal, or terminfo has no entry for it with cursor
    // movement.
    static Expected<std::unique_ptr<TerminalScreen>> open(bool colour);
    TerminalScreen(const TerminalScreen&) = delete;
    TerminalScreen& operator=(const TerminalScreen&) = delete;
    ~TerminalScreen();

    void draw(const std::vector<ScreenLine>& lines);
    // Never waits: Key::none if no key was pressed. Poll standard input before.
    KeyPress next_key();
    [[nodiscard]] ScreenSize size() const;
    // Call after SIGWINCH.
    void resized();
    // Can it show more than ASCII?
    [[nodiscard]] bool unicode() const { return unicode_; }

  private:
    struct Curses;
    TerminalScreen(std::unique_ptr<Curses> curses, bool unicode);

    std::unique_ptr<Curses> curses_;
    bool unicode_;
};

}  // namespace nmtx
