// A number right-aligned in eight columns, as "%8lu" prints it, read as one 64-bit word.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

namespace nmtx {

// "    2368" to 2368: blanks, then at least one digit. Nothing for any other eight bytes.
inline std::optional<std::uint64_t> eight_columns(const char* text) {
    if constexpr (std::endian::native != std::endian::little) return std::nullopt;
    constexpr std::uint64_t each = 0x0101010101010101;
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    if (word == 0x3020202020202020) return 0;  // "       0", two thirds of all values

    // ' ' is 0x20 and '0' 0x30: bit 4 distinguishes them. Every byte that lacks it must be a blank, the
    // blanks must come first (lowest), and with bit 4 set every byte must be a digit.
    const std::uint64_t lacking = (~word >> 4U) & each;
    const std::uint64_t blanks = lacking * 0xFF;
    const std::uint64_t digits = word | (each * 0x10);
    const bool well_formed = (word & blanks) == (blanks & (each * 0x20)) && (blanks & (blanks + 1)) == 0 &&
                             blanks != ~std::uint64_t{0} && (digits & (each * 0xF0)) == each * 0x30 &&
                             ((digits + each * 0x06) & (each * 0xF0)) == each * 0x30;
    if (!well_formed) return std::nullopt;

    // Neighbours are joined to two, four, then eight digits. The first digit is in the lowest byte: times ten
    // and moved up by one it lands on its neighbour.
    std::uint64_t value = digits & (each * 0x0F);
    value = ((value * (1 + (10U << 8U))) >> 8U) & 0x00FF00FF00FF00FF;
    value = ((value * (1 + (std::uint64_t{100} << 16U))) >> 16U) & 0x0000FFFF0000FFFF;
    return (value * (1 + (std::uint64_t{10'000} << 32U))) >> 32U;
}

}  // namespace nmtx
