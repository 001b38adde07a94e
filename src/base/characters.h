// Kinds of ASCII characters, independent of the locale. A byte of UTF-8 beyond ASCII belongs to no kind.
#pragma once

namespace nmtx {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
    return is_lower(c) || is_upper(c);
}
constexpr bool is_alnum(char c) {
    return is_letter(c) || is_digit(c);
}
// A hexadecimal digit, in either case.
constexpr bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
// Part of a multi-byte UTF-8 character.
constexpr bool is_beyond_ascii(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}
// Only ASCII letters have capitals here.
constexpr bool is_lower_or_beyond(char c) {
    return is_lower(c) || is_beyond_ascii(c);
}

}  // namespace nmtx
