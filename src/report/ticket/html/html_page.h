// Building blocks of HTML: text that stays text, and tables that the page's script can sort and filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nmtx {

// Printable and escaped; for elements and attributes.
std::string html_text(std::string_view text);
// A sentence of ours: text in `backquotes` is code.
std::string html_prose(std::string_view text);
// A printable name, cut to `columns` and to as many bytes as so many escaped characters have: a path may
// have 4,096 bytes, a thread's name 2,000, and all of them may be marks above one letter. The end of a path
// is kept. Not escaped.
std::string html_fitted(std::string_view name, bool is_path, std::size_t columns);
// The same, escaped.
std::string html_name(std::string_view name, bool is_path = false, std::size_t columns = 120);
// "<p>…</p>" of a sentence; empty for an empty one.
std::string html_paragraph(std::string_view text, std::string_view css_class = {});
// "<ul>…</ul>" of sentences; empty without any.
std::string html_list(const std::vector<std::string>& sentences);
// "+19.5", "-<0.1", "0.0": MiB.
std::string html_change(Delta change);
// A command to copy: the page's script gives it a button.
std::string html_command(std::string_view command);

// The content of a column, which decides how its cells look and are sorted.
enum class Column : std::uint8_t {
    name,  // names the row
    text,
    code,    // fixed pitch: addresses, protections
    number,  // sorted by the exact number; with a bar in the background where the heading begins with
             // "resident"
};

struct ColumnHead {
    std::string_view title;
    Column kind = Column::number;
};

class HtmlTable {
  public:
    // `sorted_by`: the column that the rows come sorted by, largest first.
    HtmlTable(std::string_view id, std::string_view caption, std::vector<ColumnHead> columns,
              std::optional<std::size_t> sorted_by = {});

    void begin_row();
    void text(std::string_view text);                              // name, text and code alike
    void path(std::string_view path);                              // if it is too long, the end is kept
    void mib(const std::optional<Bytes>& bytes);                   // "20.1", empty where unknown
    void count(const std::optional<std::uint64_t>& number);        // "179,840"
    void change(const std::optional<Delta>& change);               // "+19.5" MiB
    void count_change(const std::optional<std::int64_t>& change);  // "+1,024"
    void id(std::uint64_t id);                                     // "179840": a number that is not an amount
    void decimal(const std::optional<double>& number, int digits);
    void share(Bytes part, Bytes whole);  // "20.1"
    [[nodiscard]] std::size_t rows() const { return rows_; }
    // The table; `below`: a sentence below it, for example on rows that are not shown. The table must not be
    // used afterwards.
    std::string finish(std::string_view below = {});

  private:
    void cell(std::string_view shown, std::string_view value);

    std::vector<ColumnHead> columns_;
    std::string out_;
    std::size_t rows_ = 0;
    std::size_t column_ = 0;
};

// "3,210 more rows, 12.3 MiB resident, are not in this table." Empty where `left` is 0.
std::string html_left_out(std::size_t left, Bytes resident);

}  // namespace nmtx
