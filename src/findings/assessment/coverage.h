// How much of RSS the evidence accounts for: every resident byte is in exactly one of four classes.
#pragma once

#include <array>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

struct Coverage {
    Bytes accounted;     // a document, or the walk over malloc, says whose it is
    Bytes estimated;     // the owner, its border or its residency is inferred
    Bytes unexplained;   // the ledger's row of that name
    Bytes not_examined;  // malloc memory that no walk has divided, and that NMT does not count

    // Of `not_examined`, by the reason.
    Bytes other_allocator;  // memory of jemalloc, tcmalloc …, which no walk understands
    Bytes no_walk;          // glibc's, and no walk was made
    Bytes walk_missed;      // glibc's, where the walk found no chunks

    [[nodiscard]] Bytes all() const { return accounted + estimated + unexplained + not_examined; }
    // What is not known for certain.
    [[nodiscard]] Bytes doubtful() const { return estimated + unexplained + not_examined; }
};

// The four sum to ledger.rss.
//
// Memory that is taken for the JVM's by its shape is accounted for as far as NMT has committed as much in the
// categories that have no known place: then only the border between two areas of the JVM is inferred.
Coverage coverage_of(const Moment& moment);

// Shares of RSS in percent, with two decimals, that sum to exactly 100: in the order accounted for,
// estimated, unexplained, not examined. Without RSS nothing was examined.
struct CoveragePercent {
    double accounted = 0, estimated = 0, unexplained = 0, not_examined = 0;
};
CoveragePercent percent_of(const Coverage& coverage);

}  // namespace nmtx
