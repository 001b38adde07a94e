// The tables of a diff: name, before, after, change, in one unit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "change/diff.h"
#include "report/diff/diff_report.h"

namespace nmtx {

class DiffTable {
  public:
    DiffTable(SizeScale scale, bool all, const TextStyle& style) : scale_(scale), all_(all), style_(style) {}

    // Figures in the unit: "17.1"; changes with a sign, "0.0" if too small.
    [[nodiscard]] std::string cell(Bytes bytes) const;
    [[nodiscard]] std::string cell(Delta delta) const;
    [[nodiscard]] std::string_view unit() const;
    // Is a change large enough to show in the unit, or are all rows shown?
    [[nodiscard]] bool shows(Delta delta) const;

    void heading(std::string_view name);            // with the unit
    void heading_of_counts(std::string_view name);  // without
    // `more`: text after the figures.
    void row(std::string_view name, const AmountChange& amount, std::string_view more = {});
    void row(std::string_view name, const CountChange& count, std::string_view more = {});
    void cells(std::string_view name, std::string_view before, std::string_view after,
               std::string_view change, std::string_view more = {});
    void below(std::string_view text);  // a line that belongs to the row above
    void add(std::string_view text);
    void text(std::string_view text) { out_ += text; }  // as it is

    // The rows to show of a list sorted by growth: all, or the `most` largest changes, in the same order.
    // `size`: the absolute change of a row.
    template <typename T, typename Size>
    std::vector<const T*> chosen(const std::vector<T>& rows, std::size_t most, Size size) {
        std::vector<const T*> changed;
        for (const T& one : rows) {
            if (all_ || size(one) != 0) changed.push_back(&one);
        }
        left_ = 0;
        if (all_ || changed.size() <= most) return changed;
        left_ = changed.size() - most;
        std::vector<std::size_t> order(changed.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return size(*changed[a]) > size(*changed[b]); });
        order.resize(most);
        std::sort(order.begin(), order.end());
        std::vector<const T*> largest;
        largest.reserve(most);
        for (const std::size_t i : order) largest.push_back(changed[i]);
        return largest;
    }
    // How many rows the last choice left out, and an empty line.
    void end(std::string_view what);

    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    [[nodiscard]] std::string size(std::int64_t bytes) const;
    [[nodiscard]] std::size_t figure_width() const;
    [[nodiscard]] std::size_t name_width() const;

    SizeScale scale_;
    bool all_;
    const TextStyle& style_;
    std::size_t left_ = 0;
    std::string out_;
};

// Without its sign.
inline std::uint64_t magnitude(std::int64_t change) {
    return change < 0 ? ~static_cast<std::uint64_t>(change) + 1 : static_cast<std::uint64_t>(change);
}
inline std::uint64_t magnitude(Delta change) {
    return magnitude(change.value);
}

}  // namespace nmtx
