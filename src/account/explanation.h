// The result of a paste: each snapshot of each process in it, reconciled and judged where its texts allow
// that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "account/account.h"
#include "account/address_space.h"
#include "change/diff.h"
#include "pasted/parts/pasted.h"

namespace nmtx {

// A snapshot of a pasted process, with its ledger if its texts allow one.
struct ExplainedMoment {
    const PastedMoment* moment = nullptr;
    std::optional<Account>
        account;  // if its texts allow a ledger; the verdict includes findings of the other texts
    std::string why_no_ledger;          // where one would be expected
    std::optional<AddressSpace> space;  // where no text shows residency
    std::vector<Finding> findings;      // only if there is no account
};

struct ExplainedProcess {
    const PastedProcess* process = nullptr;
    std::vector<ExplainedMoment> moments;
    std::optional<NmtChange> nmt;  // between the first and the last NMT report of the process
};

struct Explanation {
    Pasted pasted;  // the rest points into it, so a copy would point into this one
    std::vector<ExplainedProcess> processes;

    Explanation() = default;
    Explanation(Explanation&&) noexcept = default;
    Explanation& operator=(Explanation&&) noexcept = default;
    Explanation(const Explanation&) = delete;
    Explanation& operator=(const Explanation&) = delete;
    ~Explanation() = default;
};

// Reconciles each snapshot where its texts allow it.
Explanation explanation_of(std::vector<PastedInput> inputs);

// Is there any text that could be read at least in part?
bool understood_something(const Pasted& pasted);

}  // namespace nmtx
