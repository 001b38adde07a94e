// Accounts of made-up and of read processes, with a ledger that the test has.
#pragma once

#include <vector>

#include "account/account.h"

namespace nmtx::test {

inline Account account(const ProcessView& view, const Ledger& ledger) {
    return account_of(Moment{&view, &ledger});
}

inline Judgement judged(const ProcessView& view, const Ledger& ledger) {
    return account(view, ledger).judged;
}

inline std::vector<Finding> findings(const ProcessView& view, const Ledger& ledger) {
    return judged(view, ledger).findings;
}

}  // namespace nmtx::test
