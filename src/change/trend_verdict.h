// The verdict on one run from its rows: a leak, none, or too little data to decide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "change/trend.h"

namespace nmtx {

// Only resident memory without a bound decides: owners and sums, but not the Java heap, the code cache, and
// memory that malloc retains.
enum class RunVerdict : std::uint8_t { leak, undecided, no_leak };
std::string_view name_of(RunVerdict verdict);  // "leak", "undecided", "no leak"

struct RunConclusion {
    RunVerdict verdict = RunVerdict::undecided;
    std::vector<std::string> why;     // undecided: sentences, without a full stop
    bool grows = false;               // something rises, but not yet by enough or for long enough
    std::optional<double> missing_s;  // how much longer the record has to be, at least; absent where unknown
};

RunConclusion conclusion_of(const RunTrend& run);

// Is there no leak, but growth that is undecided?
bool grows_undecided(const Trend& trend);

}  // namespace nmtx
