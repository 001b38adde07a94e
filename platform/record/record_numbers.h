// Converts numbers to a record's signed 64-bit integers and back.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace nmtx::stored {

using Number = std::optional<std::int64_t>;

inline std::int64_t number(std::uint64_t count) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
}

inline std::int64_t number(Bytes bytes) {
    return number(bytes.value());
}

template <typename T>
Number number(const std::optional<T>& value) {
    return value ? Number(number(*value)) : std::nullopt;
}

inline std::int64_t thousandths(double value) {
    return static_cast<std::int64_t>(std::llround(value * 1000));
}

// No file of ours has a negative size; a forged one must not become a huge one.
inline std::uint64_t count(std::int64_t number) {
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

inline std::optional<std::uint64_t> count(Number number) {
    return number ? std::optional(count(*number)) : std::nullopt;
}

inline Bytes bytes(std::int64_t number) {
    return Bytes(count(number));
}

inline std::optional<Bytes> bytes(Number number) {
    return number ? std::optional(bytes(*number)) : std::nullopt;
}

// A time of at most some hundred thousand years, so that differences do not overflow.
inline std::int64_t time(std::int64_t ms) {
    constexpr std::int64_t most = std::int64_t{1} << 53;
    return std::clamp(ms, -most, most);
}

}  // namespace nmtx::stored
