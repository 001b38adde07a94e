// Reads the summary of an NMT report line by line: everything between the title and the map or the end.
#pragma once

#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "hotspot/nmt.h"
#include "hotspot/nmt_text.h"

namespace nmtx::nmt {

class SummaryReader {
  public:
    SummaryReader(std::string_view document, NmtReport& report, Notes& notes)
        : document_(document), report_(report), notes_(notes) {}

    tl::expected<void, Error> read(const Line& line);
    [[nodiscard]] bool has_total() const { return has_total_; }
    // Notes a report whose categories do not add up to its total: one that was shortened, or edited.
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
    std::unordered_set<std::string_view> names_;  // views into the text
    unsigned seen_ = 0;                           // the kinds of detail line that the current category had
    bool has_total_ = false;
};

}  // namespace nmtx::nmt
