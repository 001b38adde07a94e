// What a report that was cut does not show: its total counts categories that are not there.
#pragma once

#include <optional>
#include <string>

#include "hotspot/nmt/nmt.h"

namespace nmtx {

struct NmtMissing {
    Bytes shown;    // committed, of the categories that are there
    Bytes missing;  // committed, by the total, of those that are not
    Bytes total;    // both
};

// Nothing where the categories make up the total: each figure is rounded by itself, so that they may miss it
// by one unit each. JVMs leave no category out that rounds to a unit or more.
std::optional<NmtMissing> missing_categories(const NmtReport& report);

// What malloc gave to the JVM: from `least` to `most`, which are the same where the report is whole or its
// total has a line of its own for malloc.
struct NmtMallocBounds {
    Bytes least, most;
};
NmtMallocBounds malloc_bounds(const NmtReport& report);

// "its categories are 84.0 of 341.8 MiB committed (24.6 %)"
std::string share_shown(const NmtMissing& missing);

}  // namespace nmtx
