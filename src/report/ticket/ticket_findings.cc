// The findings of a ticket.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/knowledge/known_bugs.h"
#include "report/parts/findings_text.h"
#include "report/ticket/ticket_parts.h"

namespace nmtx {
namespace {

TicketSeverity severity_of(const Finding& finding) {
    if (finding.rule == "nothing-wrong") return TicketSeverity::ok;
    switch (finding.severity) {
        case Severity::problem:
            return TicketSeverity::problem;
        case Severity::warning:
            return TicketSeverity::warning;
        case Severity::note:
            break;
    }
    return TicketSeverity::note;
}

std::string shares_of_finding(const Finding& finding) {
    std::string text;
    if (finding.share_of_rss) text = fmt::format("{:.1f} % of RSS", *finding.share_of_rss);
    if (finding.share_of_gap)
        text += fmt::format("{}{:.1f} % of RSS not tracked by NMT", text.empty() ? "" : ", ",
                            *finding.share_of_gap);
    return text;
}

std::string bug_text(std::string_view id) {
    const auto bugs = known_bugs();
    const auto bug = std::find_if(bugs.begin(), bugs.end(), [&](const KnownBug& b) { return b.id == id; });
    if (bug == bugs.end()) return std::string(id);
    const std::string fixed = fixed_text(*bug);
    return fmt::format("{}: {}{}", bug->id, bug->title, fixed.empty() ? "" : " (fixed in " + fixed + ")");
}

TicketFinding ticket_finding(const Finding& finding) {
    TicketFinding out;
    out.severity = severity_of(finding);
    out.id = finding.rule;
    out.title = printable(finding.title);
    out.bytes = finding.bytes;
    out.share = shares_of_finding(finding);
    out.confidence = fmt::format("{} in {}", name_of(finding.confidence), sure_of(finding));
    out.not_known = finding.not_known;
    for (const std::string& sentence : finding.evidence) out.evidence.push_back(printable(sentence));
    for (const Remedy& remedy : finding.remedies)
        out.remedies.push_back({printable(remedy.what), printable(remedy.command)});
    out.refuted_label = label_of(finding.refutes);
    if (!finding.refuted_by.empty()) out.refuted_by.push_back(printable(finding.refuted_by));
    for (const std::string_view bug : finding.bugs) out.bugs.push_back(printable(bug_text(bug)));
    return out;
}

}  // namespace

std::vector<TicketFinding> ticket_findings(const std::vector<Finding>& findings) {
    std::vector<TicketFinding> rows;
    rows.reserve(findings.size());
    for (const Finding& finding : findings) rows.push_back(ticket_finding(finding));
    return rows;
}

}  // namespace nmtx
