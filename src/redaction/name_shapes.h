// Shapes of names: how many bytes at the beginning of a text have the shape; 0: none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/characters.h"

namespace nmtx {

// Letters of other scripts count.
inline bool is_name_letter(char c) {
    return is_letter(c) || is_beyond_ascii(c);
}
inline bool is_name_alnum(char c) {
    return is_digit(c) || is_name_letter(c);
}
template <typename Is>
std::size_t run_of(std::string_view text, Is is) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}

inline bool ends_word(std::string_view rest, std::size_t at) {
    return at >= rest.size() || !is_name_alnum(rest[at]);
}

// "1.2.3.4"; not if it continues after that.
std::size_t ipv4(std::string_view rest);
// "fe80::1ff:fe23", "2001:db8:0:0:0:0:2:1": hex between colons, with one "::" or seven colons.
std::size_t ipv6(std::string_view rest);
// 8-4-4-4-12, with "-" or "_" between.
std::size_t uuid(std::string_view rest);
// The last label of a host name: "com", "internal".
bool is_domain(std::string_view label);

}  // namespace nmtx
