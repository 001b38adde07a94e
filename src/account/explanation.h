// What a paste comes to: every moment of every process in it reconciled and judged where its texts allow
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

// A moment of a pasted process, with its ledger where its texts give one.
struct ExplainedMoment {
    const PastedMoment* moment = nullptr;
    std::optional<Account>
        account;  // where its texts give a ledger; the verdict takes in what the other texts show
    std::string why_no_ledger;          // where there should be one
    std::optional<AddressSpace> space;  // where no text says what is resident
    std::vector<Finding> findings;      // if there is no account
};

struct ExplainedProcess {
    const PastedProcess* process = nullptr;
    std::vector<ExplainedMoment> moments;
    std::optional<NmtChange> nmt;  // between the first and the last NMT report of the process
};

struct Explanation {
    Pasted pasted;  // what the rest points into; a copy would point into this one
    std::vector<ExplainedProcess> processes;

    Explanation() = default;
    Explanation(Explanation&&) noexcept = default;
    Explanation& operator=(Explanation&&) noexcept = default;
    Explanation(const Explanation&) = delete;
    Explanation& operator=(const Explanation&) = delete;
    ~Explanation() = default;
};

// Each moment reconciled where its texts allow it.
Explanation explanation_of(std::vector<PastedInput> inputs);

// Is there a text at all of which something could be read?
bool understood_something(const Pasted& pasted);

}  // namespace nmtx
