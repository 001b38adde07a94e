// Thousands separators: "2,472,419,328", "1'978'368", "7.835.488 kB". The tools do not print them; people
// and spreadsheets add them. A comma is also a decimal point in many locales and separates the members of a
// list, a point those of an address: they stay where that is possible.
#include <algorithm>
#include <array>
#include <optional>

#include "base/characters.h"
#include "pasted/divide/clean_text.h"

namespace nmtx {
namespace {

bool is_group(std::string_view text) {
    return text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
           (text.size() == 3 || !is_digit(text[3]));
}

// "1" of "1,234,567", with what follows it.
struct Number {
    std::size_t begin = 0, end = 0;
    std::size_t groups = 0;
    char separator = ',';
};

// The number that has a separator at `at`.
std::optional<Number> number_at(std::string_view text, std::size_t at) {
    Number number{at, at, 0, text[at]};
    while (number.begin > 0 && is_digit(text[number.begin - 1]) && at - number.begin < 4) --number.begin;
    const std::size_t first = at - number.begin;
    if (first == 0 || first > 3 || text[number.begin] == '0') return std::nullopt;
    constexpr std::string_view before = " \t\n=:([<>|\"+-#";
    if (number.begin > 0 && before.find(text[number.begin - 1]) == std::string_view::npos)
        return std::nullopt;
    while (number.end < text.size() && text[number.end] == number.separator &&
           is_group(text.substr(number.end + 1))) {
        number.end += 4;
        ++number.groups;
    }
    return number;
}

std::string_view word_behind(std::string_view text) {
    if (text.starts_with(' ')) text.remove_prefix(1);
    std::size_t end = 0;
    while (end < text.size() && (is_letter(text[end]) || text[end] == '%')) ++end;
    return text.substr(0, end);
}

template <typename List>
bool is_one_of(std::string_view word, const List& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_grouped(const Number& number, std::string_view text) {
    const std::string_view behind = text.substr(number.end);
    const char next = behind.empty() ? '\n' : behind.front();
    const std::string_view word = word_behind(behind);
    constexpr std::array whole{std::string_view{"kB"},    std::string_view{"KB"},  std::string_view{"K"},
                               std::string_view{"bytes"}, std::string_view{"B"},   std::string_view{"Bytes"},
                               std::string_view{"pages"}, std::string_view{"KiB"}, std::string_view{"byte"}};
    constexpr std::array fractions{
        std::string_view{"s"},    std::string_view{"ms"},   std::string_view{"us"},
        std::string_view{"secs"}, std::string_view{"sec"},  std::string_view{"seconds"},
        std::string_view{"%"},    std::string_view{"min"},  std::string_view{"M"},
        std::string_view{"MB"},   std::string_view{"MiB"},  std::string_view{"G"},
        std::string_view{"GB"},   std::string_view{"GiB"},  std::string_view{"T"},
        std::string_view{"m"},    std::string_view{"g"},    std::string_view{"t"},
        std::string_view{"TB"},   std::string_view{"TiB"},  std::string_view{"Mi"},
        std::string_view{"Gi"},   std::string_view{"MByte"}};
    const bool counted = is_one_of(word, whole);
    const bool glued = is_letter(next) || next == '%';
    if (glued && !counted && !is_one_of(word, fractions)) return false;
    if (next == ':' || next == '.' || next == '-' || next == number.separator) {
        // "1,234, " and "1,234." end a clause
        const char after = behind.size() > 1 ? behind[1] : '\n';
        if (next == ':' || next == '-' || (after != ' ' && after != '\n')) return false;
    }
    if (number.separator == '.') return counted && (number.groups > 1 || !glued);
    if (number.separator == '_') return counted || number.groups > 1;
    return counted || number.groups > 1 || !is_one_of(word, fractions);
}

// "Cpus_allowed_list: 100,101", "cpuset=0,128": members of a list.
bool is_in_list(std::string_view text, std::size_t at) {
    constexpr std::size_t farthest = 200;
    std::string_view before = text.substr(at - std::min(at, farthest), std::min(at, farthest));
    if (const std::size_t newline = before.rfind('\n'); newline != std::string_view::npos)
        before.remove_prefix(newline);
    constexpr std::array lists{std::string_view{"_allowed"}, std::string_view{"cpuset"},
                               std::string_view{"cpus"}, std::string_view{"_list"}};
    return std::any_of(lists.begin(), lists.end(),
                       [&](std::string_view list) { return before.find(list) != std::string_view::npos; });
}

}  // namespace

std::string without_thousands_separators(std::string text) {
    constexpr std::string_view separators = ",'._";
    const std::string_view view = text;
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = view.find_first_of(separators); at != std::string_view::npos;
         at = view.find_first_of(separators, at + 1)) {
        if (at == 0 || !is_digit(view[at - 1]) || !is_group(view.substr(at + 1))) continue;
        const auto number = number_at(view, at);
        if (!number) continue;
        at = number->end - 1;
        if (!is_grouped(*number, view)) continue;
        if (number->separator == ',' && is_in_list(view, number->begin)) continue;
        out += view.substr(copied, number->begin - copied);
        std::copy_if(view.begin() + static_cast<std::ptrdiff_t>(number->begin),
                     view.begin() + static_cast<std::ptrdiff_t>(number->end), std::back_inserter(out),
                     is_digit);
        copied = number->end;
    }
    if (copied == 0) return text;
    out += view.substr(copied);
    return out;
}

}  // namespace nmtx
