#include "findings/judgement/judgement.h"

#include <algorithm>

#include "findings/rules/rules.h"
#include "findings/wording.h"

namespace nmtx {
namespace {

double percent_of(Bytes part, double whole) {
    return 100 * static_cast<double>(part.value()) / whole;
}

void add_shares(Finding& finding, const Ledger& ledger) {
    if (!finding.bytes || !finding.resident) return;
    if (ledger.rss != Bytes())
        finding.share_of_rss = percent_of(*finding.bytes, static_cast<double>(ledger.rss.value()));
    const std::optional<Delta> gap = ledger.gap.likely;
    if (finding.outside_nmt && gap && gap->value > 0)
        finding.share_of_gap = std::min(100.0, percent_of(*finding.bytes, static_cast<double>(gap->value)));
}

void add_of(const Rule& rule, const FindingInput& input, std::vector<Finding>& findings) {
    for (Finding& finding : rule.find(input)) {
        finding.rule = rule.name;
        add_shares(finding, input.ledger);
        if (!rule.of_a_log) nmtx::with_pid(finding, input.view);
        findings.push_back(std::move(finding));
    }
}

void with_pid(Assessment& assessment, const ProcessView& view) {
    Finding sentences;
    sentences.evidence = std::move(assessment.why);
    sentences.remedies = std::move(assessment.next);
    nmtx::with_pid(sentences, view);
    assessment.why = std::move(sentences.evidence);
    assessment.next = std::move(sentences.remedies);
}

}  // namespace

Judgement judge(const FindingInput& input, std::vector<Finding> told) {
    Judgement out;
    out.findings = std::move(told);
    for (Finding& finding : out.findings) add_shares(finding, input.ledger);
    for (const Rule& rule : rules()) add_of(rule, input, out.findings);
    sort_by_weight(out.findings);
    out.assessment = assess(input.moment(), out.findings);
    with_pid(out.assessment, input.view);
    if (out.assessment.verdict == Assessed::ok || out.assessment.verdict == Assessed::undecided) {
        Finding finding = finding_of(out.assessment, input.moment());
        if (input.history != nullptr) finding.not_known.clear();
        nmtx::with_pid(finding, input.view);
        out.findings.insert(out.findings.begin(), std::move(finding));
    }
    return out;
}

std::vector<Finding> findings_of_logs(const ProcessView& view) {
    const Ledger none;
    std::vector<Finding> findings;
    for (const Rule& rule : rules()) {
        if (rule.of_a_log) add_of(rule, {view, none}, findings);
    }
    sort_by_weight(findings);
    return findings;
}

}  // namespace nmtx
