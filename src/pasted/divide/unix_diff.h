// The output of diff(1) for two NMT reports, unified or in its classic form:
//
//   -Total: reserved=1374184KB, committed=75216KB        < Total: reserved=1374184KB, …
//   +Total: reserved=1336541KB, committed=37573KB        ---
//    -                 Java Heap (reserved=…             > Total: reserved=1336541KB, …
//   --                    Thread (reserved=19614KB, …
//   +-                    Thread (reserved=11357KB, …
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pasted/divide/segments.h"

namespace nmtx {

// Turns classic diffs of NMT reports into unified ones, line for line, because their "> " looks like a
// quotation.
std::string with_unified_diffs(std::string text);

struct NmtUnixDiff {
    LineRun run;
    std::string before,
        after;  // the two sides; each has as many lines as `run`, with empty lines for the other side
};

struct NmtUnixDiffs {
    std::vector<NmtUnixDiff> diffs;  // the first and the last ones
    LeftOut left_out;                // those between
};

// Takes the unified diffs of NMT reports out of the text, where their lines become blank.
NmtUnixDiffs take_unix_diffs(std::string& text);

}  // namespace nmtx
