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

}  // namespace nmtx
