// Whole numbers whose digits are grouped by thousands, as locales and people write them: "9,017,601,784",
// "9.017.601.784", "9 017 601 784", "9'017'601'784", "9_017_601_784".
#pragma once

#include <cstdint>
#include <optional>

#include "base/cursor.h"

namespace nmtx {

struct GroupedNumber {
    std::uint64_t value = 0;
    bool may_be_fraction = false;  // "1.234": one group behind a point
};

// Takes the longest number that is well formed: behind the first one to three digits, groups of exactly three
// with the same separator. Without a separator it is any decimal number. Nothing on overflow.
std::optional<GroupedNumber> take_grouped_number(Cursor& cursor);

}  // namespace nmtx
