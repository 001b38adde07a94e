#include "cli/listen_address.h"

#include <charconv>

#include "base/cursor.h"

namespace nmtx {
namespace {

// Four numbers of at most 255.
bool is_ipv4(std::string_view text) {
    Cursor cursor(text);
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !cursor.take(".")) return false;
        const auto number = cursor.decimal();
        if (!number || *number > 255) return false;
    }
    return cursor.at_end();
}

// Only the characters: whether it is one is known when it is used.
bool may_be_ipv6(std::string_view text) {
    return text.find(':') != std::string_view::npos && text.size() <= 45 &&
           text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

}  // namespace

bool ListenAddress::is_loopback() const {
    return ip == "::1" || (is_ipv4(ip) && ip.starts_with("127."));
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view ip = text.substr(0, colon);
    const bool in_brackets = ip.starts_with("[") && ip.ends_with("]");
    if (in_brackets) ip = ip.substr(1, ip.size() - 2);
    if (in_brackets ? !may_be_ipv6(ip) : !is_ipv4(ip)) return std::nullopt;
    const std::string_view digits = text.substr(colon + 1);
    ListenAddress address;
    address.ip = std::string(ip);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return address;
}

}  // namespace nmtx
