// The verdict on a ledger and its findings: the one that every report shows. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "findings/assessment/coverage.h"
#include "findings/finding.h"
#include "ledger/moment.h"

namespace nmtx {

enum class Assessed : std::uint8_t {
    ok,         // RSS is accounted for, and no finding is above a note
    undecided,  // no finding is above a note, but too much is unknown to say that nothing is wrong
    warning,    // the severest finding is one
    problem,
};
std::string_view name_of(Assessed verdict);  // "ok", "undecided", "warning", "problem"

// Missing evidence matters only where it could hide a finding: from 5 % of RSS, or from 16 MiB on, the
// smallest amount of native memory for which any rule warns.
inline constexpr std::uint64_t most_doubtful_percent = 5;
inline constexpr Bytes most_doubtful = mib(16);

struct Assessment {
    Assessed verdict = Assessed::undecided;
    Coverage coverage;
    CoveragePercent percent;
    std::vector<std::string> why;  // sentences: the reasons for the verdict, the most important first
    std::vector<Remedy> next;      // what would decide it, the cheapest first; empty where it is decided
};

// `findings`: everything that the rules found, the severest first.
Assessment assess(const Moment& moment, std::span<const Finding> findings);

// Percent of RSS that are not 0.0 when rounded.
inline constexpr double least_share_shown = 0.05;

// "Located by evidence: 98.9 % of RSS. Estimated: 1.1 %."; classes that round to 0.0 % are left out. Reports
// show it below the table of RSS, whatever the verdict.
std::string coverage_sentence(const CoveragePercent& percent);

// The finding that opens the list where no other one is above a note: rule "nothing-wrong" or "undecided".
// For `ok` it names the parts of RSS, largest first, until nine tenths are named.
Finding finding_of(const Assessment& assessment, const Moment& moment);

}  // namespace nmtx
