#include "kernel/fields.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "base/cursor.h"
#include "base/printable.h"

namespace nmtx {

std::optional<Bytes> read_kilobytes(std::string_view value) {
    Cursor cursor(value);
    cursor.skip_blanks();
    const auto amount = cursor.decimal();
    if (!amount || *amount > std::numeric_limits<std::uint64_t>::max() / 1024) return std::nullopt;
    cursor.skip_blanks();
    if (!cursor.take("kB")) return std::nullopt;
    cursor.skip_blanks();
    if (!cursor.at_end()) return std::nullopt;
    return kib(*amount);
}

bool read_number(std::string_view value, std::optional<std::uint64_t>& target) {
    Cursor cursor(value);
    target = cursor.decimal();
    cursor.skip_blanks();
    return target && cursor.at_end();
}

std::string mismatch(std::string_view expected, std::string_view line) {
    constexpr std::size_t columns = 60;
    // Cut before fit() looks at it: a damaged text may be one line of many megabytes.
    const std::string found = fit(printable(line.substr(0, 4 * columns)), columns);
    return fmt::format("expected {}, found \"{}\"", expected, found);
}

}  // namespace nmtx
