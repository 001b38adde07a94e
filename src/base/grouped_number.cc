#include "base/grouped_number.h"

#include <array>
#include <limits>
#include <string_view>

namespace nmtx {
namespace {

// The last three are a narrow blank (U+202F), a thin blank (U+2009) and an apostrophe (U+2019).
constexpr std::array<std::string_view, 8> separators{
    ",", ".", " ", "'", "_", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x99"};

std::size_t digits_of(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
    return n;
}

// Of `text`, which begins with a separator; empty where no group follows.
std::string_view group_behind(std::string_view text, std::string_view separator) {
    if (!text.starts_with(separator)) return {};
    const std::string_view rest = text.substr(separator.size());
    return digits_of(rest) == 3 ? rest.substr(0, 3) : std::string_view{};
}

std::string_view separator_at(std::string_view text) {
    for (const std::string_view separator : separators) {
        if (!group_behind(text, separator).empty()) return separator;
    }
    return {};
}

}  // namespace

std::optional<GroupedNumber> take_grouped_number(Cursor& cursor) {
    Cursor ahead = cursor;
    const std::size_t first = digits_of(ahead.rest());
    const auto head = ahead.decimal();
    if (!head) return std::nullopt;
    GroupedNumber number{*head, false};
    const std::string_view separator = first <= 3 ? separator_at(ahead.rest()) : std::string_view{};
    std::size_t groups = 0;
    while (!separator.empty()) {
        const std::string_view digits = group_behind(ahead.rest(), separator);
        if (digits.empty()) break;
        constexpr std::uint64_t most = (std::numeric_limits<std::uint64_t>::max() - 999) / 1000;
        if (number.value > most) return std::nullopt;
        ahead.take(separator);
        number.value = number.value * 1000 + ahead.decimal().value_or(0);
        ++groups;
    }
    number.may_be_fraction = groups == 1 && separator == ".";
    cursor = ahead;
    return number;
}

}  // namespace nmtx
