// `nmtx explain`: what a paste is, what it says, and what of it was not understood.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "change/diff.h"
#include "findings/judgement/judgement.h"
#include "ledger/ledger.h"
#include "pasted/parts/pasted.h"
#include "report/explain/address_space.h"
#include "report/style/style.h"

namespace nmtx {

// A moment of a pasted process, with its ledger where its texts give one.
struct ExplainedMoment {
    const PastedMoment* moment = nullptr;
    std::optional<Ledger> ledger;
    std::optional<Judgement> judged;    // where there is a ledger; it takes in what the other texts show
    std::string why_no_ledger;          // where there should be one
    std::optional<AddressSpace> space;  // where no text says what is resident
    std::vector<Finding> findings;      // where there is no ledger
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
    Explanation(Explanation&&) = default;
    Explanation& operator=(Explanation&&) = default;
};

// Each moment reconciled where its texts allow it.
Explanation explanation_of(std::vector<PastedInput> inputs);

// Is there a text at all of which something could be read?
bool understood_something(const Pasted& pasted);

std::string explain_text(const Explanation& explanation, const ReportOptions& options,
                         const TextStyle& style);
// docs/json.md: `nmtx explain`.
std::string json_explain(const Explanation& explanation);

// "lines 1-95", "line 7"
std::string lines_of(std::size_t first, std::size_t last);

}  // namespace nmtx
