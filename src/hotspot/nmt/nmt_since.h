// Two NMT reports made into one that is like a summary.diff, and such a one taken apart again.
#pragma once

#include "hotspot/nmt/nmt_paste.h"

namespace nmtx {

// Puts behind each figure of `second` what it has changed by since `first`. A category that only the first
// one has stands at nothing in the second.
void set_changes_since(NmtReport& second, const NmtReport& first);
// Of the two sides of a unix diff, either of which may lack the total.
void set_changes_since(PastedNmt& second, const PastedNmt& first);

// The report of the baseline, as far as a summary.diff or detail.diff tells it: each figure less the change
// behind it.
NmtReport at_baseline(const NmtReport& diff);

}  // namespace nmtx
