#include "account/explanation.h"

#include <algorithm>
#include <iterator>

#include "change/diff_parts.h"
#include "findings/judgement/judgement.h"
#include "findings/pasted/pasted_rules.h"
#include "findings/told/told.h"
#include "hotspot/nmt/nmt_since.h"
#include "ledger/partition/reconcile.h"
#include "pasted/read/read_pasted.h"

namespace nmtx {
namespace {

struct NmtPair {
    const NmtReport* first = nullptr;
    const NmtReport* last = nullptr;
    [[nodiscard]] bool two() const { return first != last; }
    // The changes that a report of a diff has are told by itself.
    [[nodiscard]] bool plain() const { return !first->has_changes() && !last->has_changes(); }
};

NmtPair nmt_of(const PastedProcess& process) {
    NmtPair pair;
    for (const PastedMoment& moment : process.moments) {
        if (!moment.view.nmt) continue;
        if (pair.first == nullptr) pair.first = &*moment.view.nmt;
        pair.last = &*moment.view.nmt;
    }
    return pair;
}

// What has grown from the first report of NMT's to the last one.
std::vector<Finding> growth_of(const PastedProcess& process, const NmtPair& pair) {
    ProcessView view;
    view.header.pid = process.pid.value_or(0);
    view.nmt = *pair.last;
    set_changes_since(*view.nmt, *pair.first);
    const ToldFigures none;
    std::vector<Finding> findings = findings_of_told({view, none, Bytes()});
    std::erase_if(findings, [](const Finding& finding) { return finding.rule != "nmt-category"; });
    return findings;
}

// Null where the texts give none.
Expected<std::unique_ptr<const Ledger>> ledger_of(const PastedMoment& moment) {
    if (!moment.reconcilable()) return nullptr;
    auto ledger = reconcile(moment.view);
    if (!ledger) return tl::make_unexpected(ledger.error());
    return std::make_unique<const Ledger>(std::move(*ledger));
}

// `growth`: what the texts of all moments together show, told of the last one.
ExplainedMoment reconciled(const PastedMoment& moment, std::vector<Finding> growth) {
    ExplainedMoment explained;
    explained.moment = &moment;
    explained.space = address_space_of(moment);
    std::vector<Finding> told = findings_of_pasted({moment.documents, moment.view});
    const auto add = [&](std::vector<Finding> more) { std::ranges::move(more, std::back_inserter(told)); };
    Expected<std::unique_ptr<const Ledger>> ledger = ledger_of(moment);
    const bool reconciled = ledger && *ledger != nullptr;
    if (!ledger) explained.why_no_ledger = to_string(ledger.error());
    if (!reconciled) add(findings_of_logs(moment.view));
    add(findings_of_told({moment.view, moment.told, reconciled ? (*ledger)->rss : Bytes()}));
    add(std::move(growth));
    if (reconciled) {
        explained.account = account_of({&moment.view, ledger->get()}, {nullptr, std::move(told)});
        explained.account->own = std::move(*ledger);
    } else {
        sort_by_weight(told);
        explained.findings = std::move(told);
    }
    return explained;
}

}  // namespace

bool understood_something(const Pasted& pasted) {
    const auto says_something = [](const PastedPart& part) {
        const bool read = !std::holds_alternative<std::monostate>(part.contents) || !part.figures.empty();
        return read && part.problem.empty();
    };
    return std::ranges::any_of(pasted.texts, [&](const PastedText& text) {
        return std::ranges::any_of(text.parts, says_something);
    });
}

Explanation explanation_of(std::vector<PastedInput> inputs) {
    Explanation explanation;
    explanation.pasted = read_pasted(std::move(inputs));
    for (const PastedProcess& process : explanation.pasted.processes) {
        ExplainedProcess explained;
        explained.process = &process;
        std::vector<Finding> growth;
        if (const NmtPair pair = nmt_of(process); pair.two()) {
            explained.nmt = nmt_changes(*pair.first, *pair.last, CategoryAlignment({}, {}));
            if (pair.plain()) growth = growth_of(process, pair);
        }
        for (const PastedMoment& moment : process.moments) {
            const bool last = &moment == &process.moments.back();
            explained.moments.push_back(reconciled(moment, last ? growth : std::vector<Finding>{}));
        }
        explanation.processes.push_back(std::move(explained));
    }
    return explanation;
}

}  // namespace nmtx
