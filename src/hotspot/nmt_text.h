// What the readers of an NMT report share: figures that carry their own unit, and notes that stay bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/error.h"

namespace nmtx::nmt {

struct Amount {
    Bytes value;
    Bytes unit;  // 1, 1024, 1 MiB or 1 GiB
    bool suffix =
        false;  // false at scale=b, where HotSpot prints none: only then can a cut figure look whole
};

struct Usage {
    Amount reserved;
    Amount committed;
    Delta reserved_change;  // behind the figures of a diff; 0 where there is none
    Delta committed_change;
};

// "12KB", "7MB", "1GB", "12", "12B", followed by a blank, a comma, a parenthesis or the end. Nothing on
// overflow.
std::optional<Amount> take_amount(Cursor& cursor);
// "#12"; blanks and a comma before it as in the first JDK 8 ("(malloc=424KB, #1000)").
std::optional<std::uint64_t> take_count(Cursor& cursor);
// " +22KB", " -3": what summary.diff and detail.diff put behind a figure. Nothing where there is none.
std::optional<Delta> take_difference(Cursor& cursor);
// "reserved=12KB, committed=7KB" with or without differences.
std::optional<Usage> take_usage(Cursor& cursor);

// A bounded, printable piece of a line of the target.
std::string quoted(std::string_view line);

class Notes {
  public:
    static constexpr std::size_t most = 50;

    explicit Notes(std::string_view document) : document_(document) {}

    // Line 0: about no line in particular.
    void add(std::size_t line, std::string_view what);
    // `found` is quoted behind the text; formatted only while there is room.
    void add(std::size_t line, std::string_view what, std::string_view found);
    [[nodiscard]] std::vector<std::string> take();

  private:
    std::string document_;
    std::vector<std::string> notes_;
    std::size_t further_ = 0;
};

// A line as a reader gets it.
struct Line {
    std::string_view text;  // without the newline
    std::size_t number = 0;
    bool cut = false;  // the text ended here without a newline: the line may be a part of one
};

tl::unexpected<Error> malformed(std::string_view document, const Line& line, std::string_view expected);

}  // namespace nmtx::nmt
