#include <algorithm>
#include <iterator>

#include "change/diff_parts.h"
#include "findings/pasted_rules.h"
#include "findings/rules.h"
#include "report/explain_report.h"

namespace nmtx {
namespace {

// From the first report of NMT's to the last one, where there are two.
std::optional<NmtChange> nmt_over_time(const PastedProcess& process) {
    const NmtReport* first = nullptr;
    const NmtReport* last = nullptr;
    for (const PastedMoment& moment : process.moments) {
        if (!moment.view.nmt) continue;
        if (first == nullptr) first = &*moment.view.nmt;
        last = &*moment.view.nmt;
    }
    if (first == last) return std::nullopt;
    return nmt_changes(*first, *last, CategoryAlignment({}, {}));
}

ExplainedMoment reconciled(const PastedMoment& moment) {
    ExplainedMoment explained;
    explained.moment = &moment;
    if (moment.reconcilable()) {
        auto ledger = reconcile(moment.view);
        if (ledger) {
            explained.ledger = std::move(*ledger);
        } else {
            explained.why_no_ledger = to_string(ledger.error());
        }
    }
    explained.findings = findings_of_pasted({moment.documents, moment.view});
    if (!explained.ledger) {
        std::ranges::move(findings_of_logs(moment.view), std::back_inserter(explained.findings));
    }
    return explained;
}

}  // namespace

Explanation explanation_of(std::vector<PastedInput> inputs) {
    Explanation explanation;
    explanation.pasted = read_pasted(std::move(inputs));
    for (const PastedProcess& process : explanation.pasted.processes) {
        ExplainedProcess explained;
        explained.process = &process;
        for (const PastedMoment& moment : process.moments) explained.moments.push_back(reconciled(moment));
        explained.nmt = nmt_over_time(process);
        explanation.processes.push_back(std::move(explained));
    }
    return explanation;
}

}  // namespace nmtx
