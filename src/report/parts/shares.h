// The split of RSS for readers: a few shares that sum to it, each with its parts.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// A further level: "in use" below "native malloc (not in NMT)". The parts of a share need not sum to it.
struct SharePart {
    std::string name;
    Bytes resident;
    std::string remark;  // "of 191.4 committed"; may be empty; names of the target are not escaped
};

struct Share {
    std::string name;  // "JVM (tracked by NMT)", "files", "native malloc (not in NMT)", …, "unexplained"
    Bytes resident;
    std::vector<SharePart> parts;
};

// In printing order, without empty shares except "unexplained", which is always last. They sum to
// ledger.rss. `room`: about how many columns a remark may take.
std::vector<Share> shares_of(const Moment& moment, std::size_t room = 60);

}  // namespace nmtx
