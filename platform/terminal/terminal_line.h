// One line on a terminal that is redrawn, and removed at the end.
#pragma once

#include <cstddef>
#include <string>

namespace nmtx {

class TerminalLine {
  public:
    // Draws nothing if `fd` is not a terminal, or -1.
    explicit TerminalLine(int fd);
    TerminalLine(const TerminalLine&) = delete;
    TerminalLine& operator=(const TerminalLine&) = delete;
    ~TerminalLine() { erase(); }

    [[nodiscard]] bool is_terminal() const { return fd_ >= 0; }
    // False for a background job, which must not touch the terminal.
    [[nodiscard]] bool may_draw() const;
    [[nodiscard]] std::size_t width() const;
    // Printable ASCII of at most width() - 1 columns: some terminals break the line in the last one.
    void draw(std::string text);
    void erase();

  private:
    int fd_;
    std::size_t drawn_ = 0;  // columns
};

}  // namespace nmtx
