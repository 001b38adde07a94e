// Markdown as GitHub, GitLab and Jira read it, of texts that may be hostile: what comes in stays text there.
// Backslashes do not do: GitHub and GitLab look for @names, #123 and addresses after escapes are undone.
// Inside a code span they look for nothing, so that is where every name goes.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// At most `most` bytes, not through the middle of a character; where it is cut, the last is "…".
std::string cut_bytes(std::string_view text, std::size_t most);

// In a cell of a table "|" is "\|", in a code span too; elsewhere the backslash would be seen.
enum class Place { line, cell };

// A name as a code span, cut to `most` bytes. Empty for nothing.
std::string code_span(std::string_view name, Place place, std::size_t most = 160);

// A sentence: its words that mean something to Markdown or to a tracker (flags, paths, names with dots, @, #,
// links) each become a code span, all others stay as they are.
std::string prose(std::string_view sentence, Place place = Place::line, std::size_t most = 1200);

// A block of code, each line cut to `most` bytes.
std::string code_block(std::string_view text, std::string_view language = "", std::size_t most = 2000);

// A table, row by row. Cells are Markdown already.
class MarkdownTable {
  public:
    // A heading that begins with ">" is that of a column of figures, aligned to the right.
    explicit MarkdownTable(std::initializer_list<std::string_view> headings);
    void row(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const { return rows_ == 0; }
    // With the empty line behind it; empty where there is no row.
    [[nodiscard]] std::string text() const;

  private:
    std::string text_;
    std::size_t rows_ = 0;
    std::size_t columns_;
};

}  // namespace nmtx
