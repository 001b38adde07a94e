// Sizes that cannot be mixed up: an amount of bytes is never a bare integer, a difference is not an amount.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace nmtx {

// A signed difference between two amounts, in bytes.
struct Delta {
    std::int64_t value = 0;
    friend constexpr auto operator<=>(Delta, Delta) = default;
};

// An amount of memory in bytes. Sums saturate: a hostile text can make a total meaningless, never wrap it to
// something plausible.
class Bytes {
  public:
    constexpr Bytes() = default;
    constexpr explicit Bytes(std::uint64_t bytes) : value_(bytes) {}

    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }

    constexpr Bytes& operator+=(Bytes other) {
        constexpr auto most = std::numeric_limits<std::uint64_t>::max();
        value_ = other.value_ > most - value_ ? most : value_ + other.value_;
        return *this;
    }
    friend constexpr Bytes operator+(Bytes a, Bytes b) { return a += b; }
    friend constexpr auto operator<=>(Bytes, Bytes) = default;

  private:
    std::uint64_t value_ = 0;
};

// The one way in from a text that says "N kB" or "NKB".
constexpr Bytes kib(std::uint64_t n) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    return Bytes(n > most / 1024 ? most : n * 1024);
}

constexpr Bytes mib(std::uint64_t n) {
    return kib(n > std::numeric_limits<std::uint64_t>::max() / 1024
                   ? std::numeric_limits<std::uint64_t>::max()
                   : n * 1024);
}

// Saturates, as sums do.
constexpr Delta difference(Bytes a, Bytes b) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    const auto signed_of = [](std::uint64_t n) {
        return n > static_cast<std::uint64_t>(most) ? most : static_cast<std::int64_t>(n);
    };
    return {a < b ? -signed_of(b.value() - a.value()) : signed_of(a.value() - b.value())};
}

// a - b, or nothing where b is larger.
constexpr Bytes minus_or_zero(Bytes a, Bytes b) {
    return a > b ? Bytes(a.value() - b.value()) : Bytes();
}

}  // namespace nmtx
