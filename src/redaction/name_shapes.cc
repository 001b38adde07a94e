#include "redaction/name_shapes.h"

#include <array>

namespace nmtx {

std::size_t ipv4(std::string_view rest) {
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (at >= rest.size() || rest[at] != '.') return 0;
            ++at;
        }
        const std::size_t digits = run_of(rest.substr(at), is_digit);
        if (digits == 0 || digits > 3) return 0;
        unsigned value = 0;
        for (const char c : rest.substr(at, digits)) value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > 255) return 0;
        at += digits;
    }
    const bool goes_on =
        at < rest.size() &&
        (is_name_alnum(rest[at]) || (rest[at] == '.' && at + 1 < rest.size() && is_digit(rest[at + 1])));
    return goes_on ? 0 : at;
}

std::size_t ipv6(std::string_view rest) {
    const std::size_t length = run_of(rest, [](char c) { return is_hex(c) || c == ':'; });
    std::string_view text = rest.substr(0, length);
    while (!text.empty() && text.back() == ':' && !text.ends_with("::")) text.remove_suffix(1);
    const auto colons = std::count(text.begin(), text.end(), ':');
    const bool digits = std::any_of(text.begin(), text.end(), is_digit);
    if (!digits || colons < 2 || (text.find("::") == std::string_view::npos && colons != 7) ||
        !ends_word(rest, text.size()))
        return 0;
    return text.size() < 4 ? 0 : text.size();
}

std::size_t uuid(std::string_view rest) {
    std::size_t at = 0;
    for (const std::size_t digits : std::array<std::size_t, 5>{8, 4, 4, 4, 12}) {
        if (at > 0 && (at >= rest.size() || (rest[at] != '-' && rest[at] != '_'))) return 0;
        if (at > 0) ++at;
        if (run_of(rest.substr(at), is_hex) < digits) return 0;
        at += digits;
    }
    return ends_word(rest, at) ? at : 0;
}

bool is_domain(std::string_view label) {
    constexpr std::array domains{
        std::string_view("com"),   std::string_view("net"),      std::string_view("org"),
        std::string_view("io"),    std::string_view("de"),       std::string_view("uk"),
        std::string_view("fr"),    std::string_view("eu"),       std::string_view("dev"),
        std::string_view("cloud"), std::string_view("corp"),     std::string_view("lan"),
        std::string_view("svc"),   std::string_view("internal"), std::string_view("cn"),
        std::string_view("local"), std::string_view("edu"),      std::string_view("gov"),
        std::string_view("app"),   std::string_view("ai"),       std::string_view("ch"),
        std::string_view("at"),    std::string_view("nl"),       std::string_view("jp"),
        std::string_view("ru"),    std::string_view("us"),       std::string_view("in"),
        std::string_view("biz")};
    return std::find(domains.begin(), domains.end(), label) != domains.end();
}

}  // namespace nmtx
