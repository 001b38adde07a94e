#include "kernel/human_size.h"

#include <array>
#include <cstdint>

#include "base/cursor.h"

namespace nmtx {
namespace {

struct Decimal {
    long double value = 0;
    std::string_view unit;  // what follows
    bool fraction = false;
};

std::optional<Decimal> read_decimal(std::string_view text) {
    Cursor cursor(text);
    const auto whole = cursor.decimal();
    if (!whole) return std::nullopt;
    Decimal read{static_cast<long double>(*whole), {}, false};
    if (cursor.take(".") || cursor.take(",")) {
        const std::string_view digits = cursor.rest();
        constexpr std::size_t most = 15;
        constexpr std::array<double, most + 1> powers{1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                      1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
        const auto fraction = cursor.decimal();
        const std::size_t count = digits.size() - cursor.rest().size();
        if (!fraction || count > most) return std::nullopt;
        read.value += static_cast<long double>(*fraction) / static_cast<long double>(powers.at(count));
        read.fraction = true;
    }
    read.unit = cursor.rest();
    return read;
}

std::optional<std::uint64_t> bytes_of_unit(std::string_view unit) {
    if (unit == "B") return 1;
    constexpr std::string_view letters = "kmgtp";
    const char small = unit.empty() ? '\0' : static_cast<char>(unit.front() | 0x20);
    const std::size_t power = letters.find(small);
    if (power == std::string_view::npos) return std::nullopt;
    const std::string_view tail = unit.substr(1);
    const bool binary = tail.empty() || tail == "i" || tail == "iB";
    if (!binary && tail != "B") return std::nullopt;
    std::uint64_t size = 1;
    for (std::size_t i = 0; i <= power; ++i) size *= binary ? 1024 : 1000;
    return size;
}

}  // namespace

std::optional<HumanSize> read_human_size(std::string_view text, Bytes unit) {
    Cursor whole(text);
    if (const auto number = whole.decimal();
        number && whole.at_end() && unit.value() != 0 && *number <= ~std::uint64_t{0} / unit.value())
        return HumanSize{Bytes(*number * unit.value()), false};
    const auto read = read_decimal(text);
    if (!read) return std::nullopt;
    const bool has_unit = !read->unit.empty();
    const auto size = has_unit ? bytes_of_unit(read->unit) : std::optional(unit.value());
    if (!size) return std::nullopt;
    const long double bytes = read->value * static_cast<long double>(*size);
    constexpr long double most = 18446744073709549568.0L;
    return HumanSize{Bytes(bytes >= most ? ~std::uint64_t{0} : static_cast<std::uint64_t>(bytes)),
                     (has_unit && read->unit != "B") || read->fraction};
}

std::optional<Bytes> read_quantity(std::string_view text) {
    const auto read = read_decimal(text);
    if (!read) return std::nullopt;
    struct Suffix {
        std::string_view name;
        long double size;
    };
    constexpr std::array suffixes{Suffix{"", 1},         Suffix{"m", 1e-3L},    Suffix{"k", 1e3L},
                                  Suffix{"M", 1e6L},     Suffix{"G", 1e9L},     Suffix{"T", 1e12L},
                                  Suffix{"P", 1e15L},    Suffix{"E", 1e18L},    Suffix{"Ki", 0x1p10L},
                                  Suffix{"Mi", 0x1p20L}, Suffix{"Gi", 0x1p30L}, Suffix{"Ti", 0x1p40L},
                                  Suffix{"Pi", 0x1p50L}, Suffix{"Ei", 0x1p60L}};
    long double size = 0;
    for (const Suffix& suffix : suffixes) {
        if (suffix.name == read->unit) size = suffix.size;
    }
    if (size == 0 && !read->unit.empty() && (read->unit.front() | 0x20) == 'e') {
        Cursor exponent(read->unit.substr(1));
        const auto power = exponent.decimal();
        constexpr std::uint64_t most = 18;
        if (!power || !exponent.at_end() || *power > most) return std::nullopt;
        size = 1;
        for (std::uint64_t i = 0; i < *power; ++i) size *= 10;
    }
    const long double bytes = read->value * size;
    if (size == 0 || bytes >= 0x1p64L) return std::nullopt;
    return Bytes(static_cast<std::uint64_t>(bytes));
}

std::optional<double> read_percent(std::string_view text) {
    if (text.ends_with('%')) text.remove_suffix(1);
    const auto read = read_decimal(text);
    if (!read || !read->unit.empty()) return std::nullopt;
    return static_cast<double>(read->value);
}

}  // namespace nmtx
