// The lines of `nmtx watch` between its head and its keys: as many columns as fit the screen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/screen.h"
#include "report/watch/watch_rows.h"
#include "report/watch/watch_state.h"

namespace nmtx {

// Appends spans, and cuts them at the width.
class ScreenLineMaker {
  public:
    explicit ScreenLineMaker(std::size_t width) : width_(width) {}
    void add(std::string_view text, ScreenLook look);
    // Blanks up to a column.
    void go_to(std::size_t column);
    [[nodiscard]] ScreenLine take() { return std::move(line_); }

  private:
    std::size_t width_;
    std::size_t column_ = 0;
    ScreenLine line_;
};

// The text with every code point that is not ASCII as "?", "~" for "…": as wide as it was.
std::string ascii(std::string_view text);

// "+12.3", "-0.4", "0.0" for less than a tenth of a MiB, "-" for no value.
std::string change_in_mib(Delta delta);
// The same for bytes per minute.
std::string rate_in_mib(double bytes_per_minute);
// Grown, shrunk, or neither.
ScreenLook look_of_change(std::int64_t change);

enum class WatchColumns { none, sizes, threads };

class WatchTable {
  public:
    // `whole`: the total for shares.
    WatchTable(const WatchState& state, WatchColumns columns, std::string name, Bytes whole);

    void rows(const std::vector<WatchRow>& rows);
    void text(std::string text);     // a line without columns
    void section(std::string name);  // a heading among the rows

    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    // For all lines: the names of rows, empty for a text.
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] ScreenLine heading(std::string_view position) const;
    [[nodiscard]] ScreenLine line(std::size_t at) const;

    enum class Column { resident, since_start, since_last, rate, threads, cpu, share };

  private:
    struct Text {
        std::string text;
        ScreenLook look = ScreenLook::plain;
    };
    struct Cell {
        std::string text;
        ScreenLook look = ScreenLook::plain;
    };
    void choose_columns();
    [[nodiscard]] std::string title_of(Column column) const;
    [[nodiscard]] Cell cell_of(Column column, const WatchRow& row) const;
    [[nodiscard]] std::string bar(const WatchRow& row) const;
    [[nodiscard]] std::size_t width_of(Column column) const;

    const WatchState& state_;
    WatchColumns kind_;
    std::string name_;
    Bytes whole_;
    bool wide_ = false;
    std::vector<Column> columns_;
    std::size_t name_width_ = 0, bar_width_ = 0;
    std::size_t longest_name_ = 0;  // of the rows
    std::vector<std::variant<WatchRow, Text>> lines_;
};

}  // namespace nmtx
