// Addresses of the target, and half-open ranges [begin, end) of them.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>

#include "base/bytes.h"

namespace nmtx {

struct Address {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(Address, Address) = default;
};

// Saturates at the top of the address space.
constexpr Address operator+(Address a, Bytes n) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    return {n.value() > most - a.value ? most : a.value + n.value()};
}

// [begin, end). A range with end <= begin is empty and has size 0.
struct Range {
    Address begin;
    Address end;

    [[nodiscard]] constexpr bool empty() const { return end <= begin; }
    [[nodiscard]] constexpr Bytes size() const { return empty() ? Bytes() : Bytes(end.value - begin.value); }
    [[nodiscard]] constexpr bool contains(Address a) const { return begin <= a && a < end; }
    [[nodiscard]] constexpr bool contains(Range r) const { return begin <= r.begin && r.end <= end; }
    [[nodiscard]] constexpr bool overlaps(Range r) const { return begin < r.end && r.begin < end; }
    friend constexpr auto operator<=>(Range, Range) = default;
};

constexpr Range intersect(Range a, Range b) {
    return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

constexpr Range range_of(std::uint64_t begin, std::uint64_t end) {
    return {{begin}, {end}};
}

}  // namespace nmtx
