#include "hotspot/threads/modified_utf8.h"

#include <cstdint>

namespace nmtx {
namespace {

std::uint32_t byte(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

// ED A0..AF xx: the first half of a pair; ED B0..BF xx the second.
bool surrogate(std::string_view text, std::size_t at, std::uint32_t half) {
    return at + 2 < text.size() && byte(text, at) == 0xed && (byte(text, at + 1) & 0xf0) == half &&
           (byte(text, at + 2) & 0xc0) == 0x80;
}

std::uint32_t ten_bits(std::string_view text, std::size_t at) {
    return (byte(text, at + 1) & 0x0f) << 6U | (byte(text, at + 2) & 0x3f);
}

}  // namespace

std::string utf8_of_modified(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (byte(text, i) == 0xc0 && i + 1 < text.size() && byte(text, i + 1) == 0x80) {
            out += '\0';
            i += 2;
        } else if (surrogate(text, i, 0xa0) && surrogate(text, i + 3, 0xb0)) {
            const std::uint32_t code = 0x10000 + (ten_bits(text, i) << 10U | ten_bits(text, i + 3));
            out += static_cast<char>(0xf0 | code >> 18U);
            out += static_cast<char>(0x80 | (code >> 12U & 0x3f));
            out += static_cast<char>(0x80 | (code >> 6U & 0x3f));
            out += static_cast<char>(0x80 | (code & 0x3f));
            i += 6;
        } else {
            out += text[i++];
        }
    }
    return out;
}

}  // namespace nmtx
