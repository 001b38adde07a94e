#include "base/printable.h"

#include <cstdint>

namespace nmtx {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 0;  // bytes; 0: no valid UTF-8 here
};

// Decodes strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    std::size_t length = 0;
    char32_t value = 0;
    char32_t least = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2, value = first & 0x1FU, least = 0x80;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3, value = first & 0x0FU, least = 0x800;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4, value = first & 0x07U, least = 0x10000;
    }
    if (length == 0 || text.size() < length) return {};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
    return {value, length};
}

bool hides_or_moves(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 ||
           c == 0xFEFF;
}

std::size_t columns(char32_t c) {
    const bool combining = (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
                           (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F);
    if (combining) return 0;
    const bool wide =
        (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
        (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
        (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint c = decode(text);
        if (c.length == 0) {
            out += '?';
            text.remove_prefix(1);
            continue;
        }
        if (hides_or_moves(c.value)) {
            out += '?';
        } else {
            out += text.substr(0, c.length);
        }
        text.remove_prefix(c.length);
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const CodePoint c = decode(text);
        width += c.length == 0 ? 1 : columns(c.value);
        text.remove_prefix(c.length == 0 ? 1 : c.length);
    }
    return width;
}

std::string fit(std::string_view text, std::size_t width, bool keep_end) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return {};
    std::size_t used = 0;
    if (keep_end) {
        std::size_t total = display_width(text);
        while (total > width - 1) {
            const CodePoint c = decode(text);
            total -= c.length == 0 ? 1 : columns(c.value);
            text.remove_prefix(c.length == 0 ? 1 : c.length);
        }
        return "…" + std::string(text);
    }
    std::string out;
    while (!text.empty()) {
        const CodePoint c = decode(text);
        const std::size_t length = c.length == 0 ? 1 : c.length;
        const std::size_t step = c.length == 0 ? 1 : columns(c.value);
        if (used + step > width - 1) break;
        out += text.substr(0, length);
        used += step;
        text.remove_prefix(length);
    }
    return out + "…";
}

}  // namespace nmtx
