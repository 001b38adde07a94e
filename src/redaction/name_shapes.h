// What a name may look like: how much of a text's beginning has the shape; 0: it begins otherwise.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace nmtx {

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
// Bytes of other scripts are letters.
inline bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || is_upper(c) || static_cast<unsigned char>(c) >= 0x80;
}
inline bool is_alnum(char c) {
    return is_digit(c) || is_letter(c);
}
inline bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
template <typename Is>
std::size_t run_of(std::string_view text, Is is) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}

inline bool ends_word(std::string_view rest, std::size_t at) {
    return at >= rest.size() || !is_alnum(rest[at]);
}

// "1.2.3.4"; what goes on behind it is none.
std::size_t ipv4(std::string_view rest);
// "fe80::1ff:fe23", "2001:db8:0:0:0:0:2:1": hex between colons, two colons at once or seven in all.
std::size_t ipv6(std::string_view rest);
// 8-4-4-4-12, with "-" or "_" between.
std::size_t uuid(std::string_view rest);
// The last label of a host's name: "com", "internal".
bool is_domain(std::string_view label);

}  // namespace nmtx
