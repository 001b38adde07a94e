#include "report/watch/watch_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/style/style.h"

namespace nmtx {
namespace {

constexpr std::size_t shortest_name = 13;
constexpr std::size_t shortest_bar = 4, longest_bar = 24;

using Column = WatchTable::Column;

std::string shown_name(const WatchRow& row) {
    return row.estimated ? row.name + " (estimated)" : row.name;
}

// The column that a sort is by.
bool sorts(Column column, WatchSort sort, WatchColumns kind) {
    switch (column) {
        case Column::resident:
            return sort == WatchSort::resident || (sort == WatchSort::cpu && kind == WatchColumns::sizes);
        case Column::since_start:
            return sort == WatchSort::since_start;
        case Column::since_last:
            return sort == WatchSort::since_last;
        case Column::cpu:
            return sort == WatchSort::cpu;
        default:
            return false;
    }
}

}  // namespace

void ScreenLineMaker::add(std::string_view text, ScreenLook look) {
    const std::string clean = fit(printable(text), width_ - std::min(width_, column_));
    if (clean.empty()) return;
    line_.push_back({column_, clean, look});
    column_ += display_width(clean);
}

void ScreenLineMaker::go_to(std::size_t column) {
    column_ = std::max(column_, column);
}

std::string ascii(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
        const std::string_view one = text.substr(0, length);
        text.remove_prefix(length);
        if (static_cast<unsigned char>(one[0]) < 0x80) {
            out += one[0];
        } else if (one == "…") {
            out += '~';
        } else if (one == "█") {
            out += '#';
        } else {
            out.append(display_width(one), '?');
        }
    }
    return out;
}

WatchTable::WatchTable(const WatchState& state, WatchColumns columns, std::string name, Bytes whole)
    : state_(state), kind_(columns), name_(std::move(name)), whole_(whole), wide_(state.size.width >= 72) {
    if (!state.filter.empty() && columns != WatchColumns::none) name_ += fmt::format("  /{}", state.filter);
    choose_columns();
}

std::size_t WatchTable::width_of(Column column) const {
    switch (column) {
        case Column::share:
            return 7;
        case Column::rate:
            return 9;
        case Column::threads:
            return 9;
        case Column::cpu:
            return 8;
        default:
            return wide_ ? 12 : 9;
    }
}

void WatchTable::choose_columns() {
    if (kind_ == WatchColumns::sizes)
        columns_ = {Column::resident, Column::since_start, Column::since_last, Column::rate, Column::share};
    if (kind_ == WatchColumns::threads)
        columns_ = {Column::threads, Column::since_start, Column::since_last, Column::cpu, Column::resident};
    const auto taken = [&] {
        std::size_t sum = 0;
        for (const Column column : columns_) sum += width_of(column);
        return sum;
    };
    const std::size_t width = state_.size.width;
    while (!columns_.empty() && taken() + shortest_name > width) columns_.pop_back();
    // Shares make room for names, and for where one is in the list.
    constexpr std::size_t position_width = 14;
    const std::size_t wanted = std::max(longest_name_ + 1, display_width(name_) + position_width);
    if (kind_ == WatchColumns::sizes && columns_.size() == 5 && taken() + wanted > width) columns_.pop_back();
    const std::size_t left = width - std::min(width, taken());
    if (columns_.empty()) {
        name_width_ = left;
        return;
    }
    // Names in full come first, bars get what is left beside them.
    name_width_ = std::min(left, std::max(shortest_name, wanted));
    const std::size_t spare = left - name_width_;
    if (kind_ == WatchColumns::sizes && columns_.size() == 5 && spare > shortest_bar + 2)
        bar_width_ = std::min(spare - 2, longest_bar);
}

std::string WatchTable::title_of(Column column) const {
    switch (column) {
        case Column::resident:
            return kind_ == WatchColumns::threads ? "stacks MiB" : "resident";
        case Column::since_start:
            return wide_ ? "since start" : "start";
        case Column::since_last:
            return wide_ ? "since last" : "last";
        case Column::rate:
            return "MiB/min";
        case Column::threads:
            return "number";
        case Column::cpu:
            return "% CPU";
        case Column::share:
            break;
    }
    return "%";
}

ScreenLine WatchTable::heading(std::string_view position) const {
    ScreenLineMaker maker(state_.size.width);
    std::string name = name_;
    const auto mark = [&](std::string text, bool marked) {
        if (marked) text.insert(0, state_.unicode ? "▾" : "v");
        return text;
    };
    if (!columns_.empty()) name = mark(std::move(name), state_.sort == WatchSort::name);
    if (!position.empty()) name += fmt::format("  {}", position);
    std::string text = padded(name, columns_.empty() ? state_.size.width : name_width_);
    for (const Column column : columns_) {
        const std::string title = mark(title_of(column), sorts(column, state_.sort, kind_));
        const std::size_t width = width_of(column);
        text += std::string(width - std::min(width, display_width(title)), ' ') + title;
    }
    maker.add(padded(text, state_.size.width), ScreenLook::inverse);
    return maker.take();
}

WatchTable::Cell WatchTable::cell_of(Column column, const WatchRow& row) const {
    const bool pools = kind_ == WatchColumns::threads;
    const auto change = [&](const std::optional<Delta>& bytes, std::int64_t threads) -> Cell {
        if (pools) return {threads == 0 ? "-" : grouped(Delta{threads}), look_of_change(threads)};
        if (!bytes) return {"?", ScreenLook::faint};
        return {change_in_mib(*bytes), look_of_change(bytes->value)};
    };
    switch (column) {
        case Column::resident:
            return {in_mib(row.resident), ScreenLook::plain};
        case Column::since_start:
            return change(row.since_start, row.threads_since_start);
        case Column::since_last:
            return change(row.since_last, row.threads_since_last);
        case Column::rate:
            if (!row.per_minute) return {"-", ScreenLook::faint};
            return {rate_in_mib(*row.per_minute), look_of_change(row.since_start.value_or(Delta{}).value)};
        case Column::threads:
            return {grouped(row.threads), ScreenLook::plain};
        case Column::cpu:
            return {row.cpu_percent ? fmt::format("{:.1f}", *row.cpu_percent) : "-", ScreenLook::plain};
        case Column::share:
            break;
    }
    return {percent(row.resident, whole_), ScreenLook::faint};
}

std::string WatchTable::bar(const WatchRow& row) const {
    if (bar_width_ == 0 || whole_ == Bytes()) return "";
    const double share = static_cast<double>(row.resident.value()) / static_cast<double>(whole_.value());
    const auto cells =
        static_cast<std::size_t>(std::lround(std::min(share, 1.0) * static_cast<double>(bar_width_)));
    std::string drawn;
    for (std::size_t i = 0; i < cells; ++i) drawn += "█";
    return drawn;
}

ScreenLine WatchTable::line(std::size_t at) const {
    ScreenLineMaker maker(state_.size.width);
    if (const auto* text = std::get_if<Text>(&lines_[at])) {
        maker.add(text->text, text->look);
        return maker.take();
    }
    const auto& row = std::get<WatchRow>(lines_[at]);
    const bool selected = !row.name.empty() && row.name == state_.selected;
    const std::size_t room = std::max<std::size_t>(name_width_, 1) - 1;
    const std::string name = fit(printable(shown_name(row)), room, !wide_);
    maker.add(selected ? padded(name, room) : name, selected ? ScreenLook::inverse : ScreenLook::plain);
    std::size_t column = name_width_;
    for (const Column one : columns_) {
        const Cell cell = cell_of(one, row);
        column += width_of(one);
        maker.go_to(column - std::min(column, display_width(cell.text)));
        maker.add(cell.text, cell.look);
    }
    maker.go_to(column + 2);
    maker.add(bar(row), ScreenLook::faint);
    return maker.take();
}

void WatchTable::rows(const std::vector<WatchRow>& rows) {
    const std::vector<WatchRow> shown = filtered(rows, state_.filter);
    lines_.insert(lines_.end(), shown.begin(), shown.end());
    for (const WatchRow& row : shown)
        longest_name_ = std::max(longest_name_, display_width(printable(shown_name(row))));
    if (shown.empty() && !rows.empty())
        text(fmt::format("No row has '{}' in its name. Esc shows all.", state_.filter));
    choose_columns();
}

std::vector<std::string> WatchTable::names() const {
    std::vector<std::string> names;
    for (const auto& line : lines_) {
        const auto* row = std::get_if<WatchRow>(&line);
        names.push_back(row != nullptr ? row->name : std::string());
    }
    return names;
}

void WatchTable::text(std::string text) {
    lines_.emplace_back(Text{std::move(text), ScreenLook::plain});
}

void WatchTable::section(std::string name) {
    lines_.emplace_back(Text{std::move(name), ScreenLook::title});
}

ScreenLook look_of_change(std::int64_t change) {
    return change > 0 ? ScreenLook::grown : change < 0 ? ScreenLook::shrunk : ScreenLook::faint;
}

std::string rate_in_mib(double bytes_per_minute) {
    if (bytes_per_minute == 0) return "-";
    return signed_decimals(bytes_per_minute / 1048576.0, 1);
}

std::string change_in_mib(Delta delta) {
    if (delta.value == 0) return "-";
    return signed_decimals(static_cast<double>(delta.value) / 1048576.0, 1);
}

}  // namespace nmtx
