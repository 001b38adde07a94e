// The abilities of standard output.
#pragma once

#include <cstddef>

namespace nmtx {

struct Terminal {
    bool is_terminal = false;
    std::size_t width = 100;  // columns: of the terminal, else $COLUMNS, else 100
    std::size_t height = 0;   // lines of the terminal; 0 if it is not one
    bool colour = false;      // a terminal, TERM is not "dumb", NO_COLOR is not set
    bool utf8 = false;        // the locale's character set
};

Terminal look_at_terminal();

}  // namespace nmtx
