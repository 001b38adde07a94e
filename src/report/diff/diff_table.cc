#include "report/diff/diff_table.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace nmtx {
namespace {

struct Scale {
    std::string_view option, unit;
    double bytes;
    int decimals;
    std::size_t width;  // of a figure and the blank before it
};
// By SizeScale.
constexpr std::array scales{
    Scale{"b", "bytes", 1, 0, 17},
    Scale{"k", "KiB", 1024, 0, 13},
    Scale{"m", "MiB", 1048576, 1, 11},
    Scale{"g", "GiB", 1073741824, 3, 11},
};

const Scale& of(SizeScale scale) {
    return scales[static_cast<std::size_t>(scale)];
}

}  // namespace

std::optional<SizeScale> size_scale_named(std::string_view name) {
    for (std::size_t i = 0; i < scales.size(); ++i) {
        if (scales[i].option == name) return static_cast<SizeScale>(i);
    }
    return std::nullopt;
}

std::string DiffTable::size(std::int64_t bytes) const {
    const Scale& scale = of(scale_);
    const double units = static_cast<double>(magnitude(bytes)) / scale.bytes;
    if (scale.decimals > 0) return fmt::format("{:.{}f}", units, scale.decimals);
    return grouped(scale_ == SizeScale::bytes ? magnitude(bytes)
                                              : static_cast<std::uint64_t>(std::round(units)));
}

std::string DiffTable::cell(Bytes bytes) const {
    return size(difference(bytes, Bytes()).value);
}

std::string DiffTable::cell(Delta delta) const {
    if (delta.value == 0) return "0";
    std::string figure = size(delta.value);
    if (figure.find_first_of("123456789") == std::string::npos) return figure;
    return (delta.value < 0 ? "-" : "+") + figure;
}

std::string_view DiffTable::unit() const {
    return of(scale_).unit;
}

bool DiffTable::shows(Delta delta) const {
    return all_ || size(delta.value).find_first_of("123456789") != std::string::npos;
}

std::size_t DiffTable::figure_width() const {
    return of(scale_).width;
}

std::size_t DiffTable::name_width() const {
    const std::size_t taken = 3 * figure_width() + 2;
    return std::clamp<std::size_t>(style_.width > taken ? style_.width - taken : 0, 12, 44);
}

void DiffTable::add(std::string_view text) {
    out_ += line(text, style_);
}

void DiffTable::cells(std::string_view name, std::string_view before, std::string_view after,
                      std::string_view change, std::string_view more) {
    const std::size_t width = figure_width();
    add(fmt::format("  {}{:>{}}{:>{}}{:>{}}{}", padded(name, name_width()), before, width, after, width,
                    change, width, more));
}

void DiffTable::heading(std::string_view name) {
    heading_of_counts(fmt::format("{}, {}", name, unit()));
}

void DiffTable::heading_of_counts(std::string_view name) {
    cells(name, "before", "after", "change");
}

void DiffTable::row(std::string_view name, const AmountChange& amount, std::string_view more) {
    cells(name, cell(amount.before), cell(amount.after), cell(amount.change()), more);
}

void DiffTable::row(std::string_view name, const CountChange& count, std::string_view more) {
    cells(name, grouped(count.before), grouped(count.after), grouped(Delta{count.change()}), more);
}

void DiffTable::below(std::string_view text) {
    add(fmt::format("      {}", text));
}

void DiffTable::end(std::string_view what) {
    if (left_ > 0) add(fmt::format("  {} more {} (--all)", grouped(left_), what));
    left_ = 0;
    out_ += "\n";
}

}  // namespace nmtx
