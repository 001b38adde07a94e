// Markdown for GitHub, GitLab and Jira from texts that may be hostile: they remain text. Backslashes are not
// enough: GitHub and GitLab look for @names, #123 and addresses after escapes are undone. They look for
// nothing inside a code span, so every name goes into one.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// At most `most` bytes, without cutting a character; a cut text ends in "…".
std::string cut_bytes(std::string_view text, std::size_t most);

// In a table cell "|" is "\|", even in a code span; elsewhere the backslash would be visible.
enum class Place { line, cell };

// A name as a code span, cut to `most` bytes. Empty for an empty name.
std::string code_span(std::string_view name, Place place, std::size_t most = 160);

// A sentence: words with a meaning to Markdown or a tracker (flags, paths, names with dots, @, #, links)
// each become a code span, all others stay.
std::string prose(std::string_view sentence, Place place = Place::line, std::size_t most = 1200);

// A block of code, each line cut to `most` bytes.
std::string code_block(std::string_view text, std::string_view language = "", std::size_t most = 2000);

// A table, row by row. Cells are already Markdown.
class MarkdownTable {
  public:
    // A heading that begins with ">" is for a column of figures, aligned to the right.
    explicit MarkdownTable(std::initializer_list<std::string_view> headings);
    void row(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const { return rows_ == 0; }
    // With an empty line after it; empty where there are no rows.
    [[nodiscard]] std::string text() const;

  private:
    std::string text_;
    std::size_t rows_ = 0;
    std::size_t columns_;
};

}  // namespace nmtx
