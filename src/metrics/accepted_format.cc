// Which text format a scraper prefers, by its header Accept (RFC 9110, section 12.5.1):
//   application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2
#include <algorithm>
#include <charconv>
#include <optional>

#include "metrics/exposition.h"

namespace nmtx {
namespace {

// The text up to the separator, without blanks around it; both are taken off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!part.empty() && blank(part.front())) part.remove_prefix(1);
    while (!part.empty() && blank(part.back())) part.remove_suffix(1);
    return part;
}

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

struct Wish {
    std::optional<Exposition> format;
    double weight = 1;
};

Wish wish_of(std::string_view range) {
    const std::string_view type = next_part(range, ';');
    Wish wish;
    std::string_view version;
    while (!range.empty()) {
        std::string_view parameter = next_part(range, ';');
        const std::string_view name = next_part(parameter, '=');
        if (same_word(name, "version")) version = parameter;
        if (!same_word(name, "q")) continue;
        const auto read = std::from_chars(parameter.data(), parameter.data() + parameter.size(), wish.weight);
        if (read.ec != std::errc{} || !(wish.weight >= 0 && wish.weight <= 1)) wish.weight = 0;
    }
    if (same_word(type, "application/openmetrics-text") && (version.empty() || version == "1.0.0"))
        wish.format = Exposition::openmetrics;
    if (same_word(type, "text/plain") || same_word(type, "text/*") || same_word(type, "*/*"))
        wish.format = Exposition::prometheus;
    return wish;
}

}  // namespace

Exposition exposition_for(std::string_view accept) {
    Exposition best = Exposition::prometheus;
    double weight = 0;
    while (!accept.empty()) {
        const Wish wish = wish_of(next_part(accept, ','));
        if (!wish.format || wish.weight <= weight) continue;
        best = *wish.format;
        weight = wish.weight;
    }
    return best;
}

}  // namespace nmtx
