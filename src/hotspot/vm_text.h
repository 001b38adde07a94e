// Sizes and addresses as HotSpot prints them for people: "133120K", "64.00 MB", "[0x00000000e0000000,
// 0x0000000100000000)".
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/cursor.h"

namespace nmtx::vm {

// "133120K", "8M", "1G", "120036Kb", "5B", "5". Nothing on overflow.
std::optional<Bytes> take_size(Cursor& cursor);
// "64.00 MB", "1.00 GB", "896 bytes", "0 bytes". The VM prints two decimals; further ones are dropped.
std::optional<Bytes> take_human_size(Cursor& cursor);
// "54.4g", "512.00M", "5.89G", "118m", "13": an amount with at most one letter, small or large, by 1024.
// Nothing for anything else.
std::optional<Bytes> scaled_size(std::string_view text);
// "486.62", "486", "486,62": nothing for anything else.
std::optional<double> whole_or_fraction(std::string_view text);
// "486.62"; "486,62" in some locales of the target.
std::optional<double> take_fraction(Cursor& cursor);
// "0x00000000e0000000"
std::optional<Address> take_address(Cursor& cursor);

struct Bounds {
    std::array<Address, 4> at{};
    std::size_t count = 0;

    [[nodiscard]] Address last() const { return at[count - 1]; }
};
// Two to four ascending addresses between brackets, "[a, b)", "[a,b]", "[a-b-c)", "[a - b)".
std::optional<Bounds> take_bounds(Cursor& cursor);

// "# …" of "[0.881s][warning][safepoint] # …": a line of a unified log without its decorations, trimmed; any
// other line unchanged.
std::string_view behind_decorations(std::string_view line);

// A short printable part of a line from the target, in quotes.
std::string quoted(std::string_view line);

}  // namespace nmtx::vm
