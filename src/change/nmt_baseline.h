// What summary.diff and detail.diff say of two snapshots: the report, and what it was at the baseline.
#pragma once

#include "hotspot/nmt/nmt.h"

namespace nmtx {

// The report of the baseline, as far as a diff tells it: each figure less the change behind it.
NmtReport at_baseline(const NmtReport& diff);

}  // namespace nmtx
