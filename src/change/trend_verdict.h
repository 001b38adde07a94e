// What the rows of one run come to: a leak, none, or that the record is too short or too small to tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "change/trend.h"

namespace nmtx {

// Only resident memory that nothing bounds decides: owners and sums, but not the Java heap, the code cache,
// and what malloc keeps.
enum class RunVerdict : std::uint8_t { leak, undecided, no_leak };
std::string_view name_of(RunVerdict verdict);  // "leak", "undecided", "no leak"

struct RunConclusion {
    RunVerdict verdict = RunVerdict::undecided;
    std::vector<std::string> why;     // undecided: sentences, without a full stop
    bool grows = false;               // something rises, and not by enough or for long enough yet
    std::optional<double> missing_s;  // how much longer the record has to be, at least; unknown where absent
};

RunConclusion conclusion_of(const RunTrend& run);

// Does nothing leak, and something grow, of which it is undecided whether it leaks?
bool grows_undecided(const Trend& trend);

}  // namespace nmtx
