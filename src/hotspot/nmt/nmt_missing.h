// What a truncated report lacks: its total includes categories that are not listed.
#pragma once

#include <optional>
#include <string>

#include "hotspot/nmt/nmt.h"

namespace nmtx {

struct NmtMissing {
    Bytes shown;    // committed, of the listed categories
    Bytes missing;  // committed, of the others, by the total
    Bytes total;    // both
};

// Nothing where the categories sum to the total. Figures are rounded one by one, so each may be off by one
// unit. The JVM lists every category that rounds to at least one unit.
std::optional<NmtMissing> missing_categories(const NmtReport& report);

// The JVM's malloc: from `least` to `most`, which are equal where the report is complete or its total has a
// line for malloc.
struct NmtMallocBounds {
    Bytes least, most;
};
NmtMallocBounds malloc_bounds(const NmtReport& report);

// "its categories are 84.0 of 341.8 MiB committed (24.6 %)"
std::string share_shown(const NmtMissing& missing);

}  // namespace nmtx
