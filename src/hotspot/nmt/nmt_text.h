// Shared by the readers of an NMT report: figures with their own unit, and a bounded number of notes.
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
#include "base/not_understood.h"

namespace nmtx::nmt {

// The first line of a report (memReporter.cpp, MemSummaryReporter::report).
inline constexpr std::string_view title = "Native Memory Tracking:";
// "Total: reserved=…": the line with the sums.
bool is_total(std::string_view text);

struct Amount {
    Bytes value;
    Bytes unit;  // 1, 1024, 1 MiB or 1 GiB
    bool suffix =
        false;  // false at scale=b, where HotSpot prints none: only then can a truncated figure look complete
};

struct Usage {
    Amount reserved;
    Amount committed;
    Delta reserved_change;  // after the figures of a diff; 0 where there is none
    Delta committed_change;
};

// "12KB", "7MB", "1GB", "12", "12B", followed by a blank, a comma, a parenthesis or the end. Nothing on
// overflow.
std::optional<Amount> take_amount(Cursor& cursor);
// "#12"; blanks and a comma before it as in the first JDK 8 ("(malloc=424KB, #1000)").
std::optional<std::uint64_t> take_count(Cursor& cursor);
// " +22KB", " -3": the change that summary.diff and detail.diff print after a figure. Nothing where there is
// none. Without a suffix it is in the unit of that figure: JDK 8 and 11 print "(arena=25KB -2 #42 -4)".
std::optional<Delta> take_difference(Cursor& cursor, Bytes unit = Bytes(1));
// "reserved=12KB, committed=7KB" with or without differences.
std::optional<Usage> take_usage(Cursor& cursor);

// A bounded, printable part of a line from the target.
std::string quoted(std::string_view line);

// A line, as passed to a reader.
struct Line {
    std::string_view text;  // without the newline
    std::size_t number = 0;
    bool cut = false;  // the text ended here without a newline: the line may be incomplete
};

class Notes {
  public:
    static constexpr std::size_t most = 50;

    // `unread`: receives lines that are not understood; without it they become notes.
    explicit Notes(std::string_view document, NotUnderstood* unread = nullptr)
        : document_(document), unread_(unread) {}

    // Line 0: not about a particular line.
    void add(std::size_t line, std::string_view what);
    // `found` is quoted after the text; formatted only while there is room.
    void add(std::size_t line, std::string_view what, std::string_view found);
    void unread(const Line& line, std::string_view why);
    // The error for a line of the JVM; empty where such lines go to `unread`, because it is not shown then.
    [[nodiscard]] tl::unexpected<Error> malformed(const Line& line, std::string_view expected) const;
    [[nodiscard]] std::vector<std::string> take();

  private:
    std::string document_;
    NotUnderstood* unread_;
    std::vector<std::string> notes_;
    std::size_t further_ = 0;
};

// The sentence with which HotSpot refuses a report (nmtDCmd.cpp: "Native memory tracking is not enabled"),
// as it is in the text.
std::optional<std::string> known_refusal(std::string_view text);
// The beginning of a text: at most 200 bytes, with no character cut.
std::string_view bounded(std::string_view text);

}  // namespace nmtx::nmt
