// The amount from which growth of memory counts.
#pragma once

#include <algorithm>

namespace nmtx {

// In bytes: 2 MiB, or 1 % of RSS where that is more. `rss`: the median.
inline double growth_that_counts(double rss) {
    return std::max(static_cast<double>(2 << 20), 0.01 * rss);
}

}  // namespace nmtx
