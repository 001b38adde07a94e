// How much of RSS the evidence accounts for: every resident byte is in exactly one of four classes.
#pragma once

#include <array>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

struct Coverage {
    Bytes accounted;     // a document or the malloc walk names the owner
    Bytes estimated;     // the owner, its border or its residency is inferred
    Bytes unexplained;   // the ledger's row of that name
    Bytes not_examined;  // malloc memory that was not walked and that NMT does not count

    // Parts of `not_examined`, by reason.
    Bytes other_allocator;  // memory of jemalloc, tcmalloc …, which cannot be walked
    Bytes no_walk;          // glibc's, and no walk was made
    Bytes walk_missed;      // glibc's, where the walk found no chunks

    [[nodiscard]] Bytes all() const { return accounted + estimated + unexplained + not_examined; }
    // Everything that is not certain.
    [[nodiscard]] Bytes doubtful() const { return estimated + unexplained + not_examined; }
};

// The four sum to ledger.rss.
//
// Memory that is attributed to the JVM by its shape counts as accounted for, up to what NMT has committed in
// categories without a known place: then only the border between two JVM areas is inferred.
Coverage coverage_of(const Moment& moment);

// Shares of RSS in percent, with two decimals, that sum to exactly 100: in the order accounted for,
// estimated, unexplained, not examined. Without RSS nothing was examined.
struct CoveragePercent {
    double accounted = 0, estimated = 0, unexplained = 0, not_examined = 0;
};
CoveragePercent percent_of(const Coverage& coverage);

}  // namespace nmtx
