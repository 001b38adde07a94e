// Reads the summary of an NMT report line by line: everything between the title and the map or the end.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "hotspot/nmt/nmt.h"
#include "hotspot/nmt/nmt_text.h"

namespace nmtx::nmt {

// The category's name in a line, with or without the dash: "Java Heap".
std::optional<std::string_view> category_name(std::string_view text);

class SummaryReader {
  public:
    // `pasted`: a category need not begin with a dash, which is often lost.
    SummaryReader(std::string_view document, NmtReport& report, Notes& notes, bool pasted = false)
        : document_(document), report_(report), notes_(notes), pasted_(pasted) {}

    tl::expected<void, Error> read(const Line& line);
    [[nodiscard]] bool has_total() const { return has_total_; }
    [[nodiscard]] bool has_category(std::string_view name) const { return names_.contains(name); }
    // Adds a note if the categories do not add up to the total: the report was shortened or edited.
    void check_sums(std::size_t last_line);

  private:
    tl::expected<void, Error> total(const Line& line);
    void under_total(const Line& line, std::string_view text);
    tl::expected<void, Error> category(const Line& line);
    tl::expected<void, Error> detail(const Line& line, std::string_view text);
    void not_understood(const Line& line);

    std::string_view document_;
    NmtReport& report_;
    Notes& notes_;
    bool pasted_;
    std::unordered_set<std::string_view> names_;  // views into the text
    unsigned seen_ = 0;                           // the kinds of detail lines of the current category so far
    bool has_total_ = false;
};

}  // namespace nmtx::nmt
