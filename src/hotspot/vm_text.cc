#include "hotspot/vm_text.h"

#include <limits>

#include "base/printable.h"

namespace nmtx::vm {
namespace {

constexpr auto most = std::numeric_limits<std::uint64_t>::max();

// Bytes in one unit by its letter; 0 where there is no such unit.
std::uint64_t bytes_in(char unit) {
    switch (unit) {
        case 'B':
            return 1;
        case 'K':
            return 1ULL << 10U;
        case 'M':
            return 1ULL << 20U;
        case 'G':
            return 1ULL << 30U;
        case 'T':
            return 1ULL << 40U;
        default:
            return 0;
    }
}

std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > most / b) return std::nullopt;
    return a * b;
}

}  // namespace

std::optional<Bytes> take_size(Cursor& cursor) {
    Cursor ahead = cursor;
    const auto number = ahead.decimal();
    if (!number) return std::nullopt;
    std::uint64_t unit = 1;
    if (!ahead.at_end() && bytes_in(ahead.rest().front()) != 0) {
        unit = bytes_in(ahead.rest().front());
        ahead.take(ahead.rest().substr(0, 1));
        if (unit > 1) ahead.take("b");  // the code cache writes "Kb" and means kibibytes
    }
    const auto value = product(*number, unit);
    if (!value) return std::nullopt;
    cursor = ahead;
    return Bytes(*value);
}

std::optional<Bytes> take_human_size(Cursor& cursor) {
    Cursor ahead = cursor;
    const auto whole = ahead.decimal();
    if (!whole) return std::nullopt;
    std::uint64_t hundredths = 0;
    if (ahead.take(".")) {
        const std::string_view digits = ahead.rest().substr(0, ahead.rest().find_first_not_of("0123456789"));
        if (digits.empty()) return std::nullopt;
        for (std::size_t i = 0; i < 2; ++i)
            hundredths =
                hundredths * 10 + (i < digits.size() ? static_cast<std::uint64_t>(digits[i] - '0') : 0);
        ahead.take(digits);
    }
    ahead.skip_blanks();
    std::uint64_t unit = 0;
    if (ahead.take("bytes") || ahead.take("byte")) {
        unit = 1;
    } else if (!ahead.at_end()) {
        unit = bytes_in(ahead.rest().front());
        ahead.take(ahead.rest().substr(0, 1));
        if (unit > 1 && !ahead.take("B")) return std::nullopt;
    }
    if (unit == 0) return std::nullopt;
    const auto large = product(*whole, unit);
    if (!large) return std::nullopt;
    cursor = ahead;
    return Bytes(*large) + Bytes(hundredths * unit / 100);
}

std::optional<Address> take_address(Cursor& cursor) {
    Cursor ahead = cursor;
    if (!ahead.take("0x")) return std::nullopt;
    const auto value = ahead.hex();
    if (!value) return std::nullopt;
    cursor = ahead;
    return Address{*value};
}

std::optional<Bounds> take_bounds(Cursor& cursor) {
    Cursor ahead = cursor;
    Bounds bounds;
    if (!ahead.take("[")) return std::nullopt;
    while (bounds.count < bounds.at.size()) {
        ahead.skip_blanks();
        const auto address = take_address(ahead);
        if (!address) return std::nullopt;
        if (bounds.count > 0 && *address < bounds.last()) return std::nullopt;
        bounds.at[bounds.count++] = *address;
        ahead.skip_blanks();
        if (ahead.take("]") || ahead.take(")")) {
            if (bounds.count < 2) return std::nullopt;
            cursor = ahead;
            return bounds;
        }
        if (!ahead.take(",") && !ahead.take("-")) return std::nullopt;
    }
    return std::nullopt;
}

std::optional<double> take_fraction(Cursor& cursor) {
    const auto whole = cursor.decimal();
    if (!whole || (!cursor.take(".") && !cursor.take(","))) return std::nullopt;
    const std::size_t before = cursor.rest().size();
    const auto part = cursor.decimal();
    if (!part) return std::nullopt;
    double scale = 1;
    for (std::size_t digits = before - cursor.rest().size(); digits > 0; --digits) scale *= 10;
    return static_cast<double>(*whole) + static_cast<double>(*part) / scale;
}

namespace {

// Moves the cursor behind the number.
std::optional<double> take_number(Cursor& cursor) {
    Cursor fraction = cursor;
    if (const auto number = take_fraction(fraction)) {
        cursor = fraction;
        return number;
    }
    const auto whole = cursor.decimal();
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

}  // namespace

std::optional<double> whole_or_fraction(std::string_view text) {
    Cursor cursor(text);
    const auto number = take_number(cursor);
    return cursor.at_end() ? number : std::nullopt;
}

std::optional<Bytes> scaled_size(std::string_view text) {
    Cursor cursor(text);
    const auto number = take_number(cursor);
    if (!number) return std::nullopt;
    constexpr std::string_view units = "kmgtp";
    const std::string_view unit = cursor.rest();
    if (unit.size() > 1) return std::nullopt;
    const char letter =
        unit.empty() ? ' ' : static_cast<char>(static_cast<unsigned char>(unit.front()) | 0x20U);
    const std::size_t power = unit.empty() ? 0 : units.find(letter) + 1;
    if (power == 0 && !unit.empty()) return std::nullopt;
    double bytes = *number;
    for (std::size_t i = 0; i < power; ++i) bytes *= 1024;
    constexpr double most = 9e18;
    return bytes < most ? std::optional(Bytes(static_cast<std::uint64_t>(bytes))) : std::nullopt;
}

std::string_view behind_decorations(std::string_view line) {
    constexpr std::size_t longest = 64;
    line = trim(line);
    while (line.starts_with('[')) {
        const std::size_t close = line.find(']');
        if (close > longest) break;
        line = trim(line.substr(close + 1));
    }
    return line;
}

std::string quoted(std::string_view line) {
    return "\"" + fit(printable(line.substr(0, 400)), 80) + "\"";
}

}  // namespace nmtx::vm
