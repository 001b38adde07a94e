// Combines two NMT reports into one like a summary.diff, and separates such a report again.
#pragma once

#include "hotspot/nmt/nmt_paste.h"

namespace nmtx {

// Adds to each figure of `second` its change since `first`. A category that only the first one has counts as
// 0 in the second.
void set_changes_since(NmtReport& second, const NmtReport& first);
// For the two sides of a unix diff, either of which may lack the total.
void set_changes_since(PastedNmt& second, const PastedNmt& first);

// The report of the baseline, as far as a summary.diff or detail.diff shows it: each figure minus its
// change.
NmtReport at_baseline(const NmtReport& diff);

}  // namespace nmtx
