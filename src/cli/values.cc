// Values on the command line.
#include "cli/values.h"

#include <algorithm>

#include "base/cursor.h"

namespace nmtx {
namespace {

constexpr std::size_t most_decimals = 6;

std::string_view leading_digits(std::string_view text) {
    return text.substr(0, std::min(text.size(), text.find_first_not_of("0123456789")));
}

bool take_either(Cursor& cursor, std::string_view upper, std::string_view lower) {
    return cursor.take(upper) || cursor.take(lower);
}

// "K", "m", "GB", "GiB", "Gi", "B", "": as a power of two.
unsigned take_unit(Cursor& cursor) {
    unsigned shift = 0;
    if (take_either(cursor, "K", "k")) {
        shift = 10;
    } else if (take_either(cursor, "M", "m")) {
        shift = 20;
    } else if (take_either(cursor, "G", "g")) {
        shift = 30;
    } else if (take_either(cursor, "T", "t")) {
        shift = 40;
    }
    if (shift > 0) take_either(cursor, "i", "I");
    take_either(cursor, "B", "b");
    return shift;
}

// 0.`digits` of the unit, rounded down. No more than 40 bits and 6 digits: that fits.
std::uint64_t fraction_of(std::uint64_t unit, std::string_view digits) {
    std::uint64_t numerator = 0, denominator = 1;
    for (const char digit : digits) {
        numerator = numerator * 10 + static_cast<std::uint64_t>(digit - '0');
        denominator *= 10;
    }
    return unit * numerator / denominator;
}

}  // namespace

std::optional<std::uint64_t> parse_pid(std::string_view text) {
    Cursor cursor(text);
    const auto pid = cursor.decimal();
    // PID_MAX_LIMIT of 64-bit kernels.
    if (!pid || !cursor.at_end() || *pid == 0 || *pid > 4194304) return std::nullopt;
    return pid;
}

std::optional<std::size_t> parse_count(std::string_view text) {
    Cursor cursor(text);
    const auto count = cursor.decimal();
    return count && cursor.at_end() && *count > 0 ? count : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    constexpr std::uint64_t most = 315'360'000'000;
    if (!number || *number > most) return std::nullopt;
    std::uint64_t unit = 1000;
    if (cursor.take("ms")) {
        unit = 1;
    } else if (cursor.take("m")) {
        unit = 60'000;
    } else if (cursor.take("h")) {
        unit = 3'600'000;
    } else if (cursor.take("d")) {
        unit = 86'400'000;
    } else {
        cursor.take("s");
    }
    if (!cursor.at_end() || *number > most / unit) return std::nullopt;
    return std::chrono::milliseconds(*number * unit);
}

std::optional<Bytes> parse_size(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    if (!number) return std::nullopt;
    std::string_view digits;
    if (cursor.take(".")) {
        digits = leading_digits(cursor.rest());
        if (digits.empty() || digits.size() > most_decimals) return std::nullopt;
        cursor.take(digits);
    }
    const unsigned shift = take_unit(cursor);
    const bool whole_bytes = digits.empty() || shift > 0;
    if (!cursor.at_end() || !whole_bytes || *number > (~std::uint64_t{0} >> shift)) return std::nullopt;
    return Bytes((*number << shift) + fraction_of(std::uint64_t{1} << shift, digits));
}

std::optional<Address> parse_address(std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("0x")) cursor.take("0X");
    const auto value = number_of_hex(cursor.rest());
    return value ? std::optional(Address{*value}) : std::nullopt;
}

}  // namespace nmtx
