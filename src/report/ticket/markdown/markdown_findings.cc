#include <algorithm>

#include "report/ticket/markdown/markdown_parts.h"
#include "report/ticket/markdown/markdown_verdict.h"

namespace nmtx {
namespace {

constexpr std::size_t most_findings = 20, most_evidence_lines = 12;
constexpr std::size_t most_finding_bytes = 24'000;

void list(std::string& out, std::string_view name, const std::vector<std::string>& sentences) {
    for (std::size_t i = 0; i < std::min(sentences.size(), most_evidence_lines); ++i)
        out += fmt::format("- {}{}\n", name, prose(sentences[i]));
    if (sentences.size() > most_evidence_lines)
        out += fmt::format("- {} more are left out\n", sentences.size() - most_evidence_lines);
}

// A line for each, with its command as a span that can be copied.
std::string next_steps_markdown(const std::vector<TicketCommand>& all) {
    std::string out;
    const std::size_t shown = std::min(all.size(), most_evidence_lines);
    for (std::size_t i = 0; i < shown; ++i) {
        const TicketCommand& each = all[i];
        const std::string command = each.command.empty() ? "" : code_span(each.command, Place::line, 600);
        out += fmt::format("{}. {}{}{}\n", i + 1, prose(each.what),
                           each.what.empty() || command.empty() ? "" : ": ", command);
    }
    if (all.size() > shown) out += fmt::format("{}. {} more are left out\n", shown + 1, all.size() - shown);
    return out.empty() ? out : "Next steps:\n\n" + out + "\n";
}

std::string finding_markdown(const TicketFinding& f) {
    std::string head = prose(f.title);
    std::string facts;
    const auto add = [&](const std::string& fact) {
        if (!fact.empty()) facts += (facts.empty() ? "" : ", ") + fact;
    };
    add(f.bytes ? in_mib(*f.bytes) + " MiB" : "");
    add(prose(f.share));
    add(f.confidence.empty() ? "" : "confidence " + prose(f.confidence));
    std::string out =
        fmt::format("**{}:** {}{}\n\n", name_of(f), head, facts.empty() ? "" : " (" + facts + ")");
    std::string lines;
    list(lines, "", f.evidence);
    if (!f.not_known.empty()) list(lines, "Not known: ", {f.not_known});
    list(lines, prose(f.refuted_label) + ": ", f.refuted_by);
    list(lines, "Known bug: ", f.bugs);
    if (!lines.empty()) out += lines + "\n";
    return out + next_steps_markdown(f.remedies);
}

}  // namespace

std::string findings_markdown(const std::vector<TicketFinding>& findings) {
    std::string out;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const std::string text = finding_markdown(findings[i]);
        if (i >= most_findings || out.size() + text.size() > most_finding_bytes)
            return out + fmt::format("{} more findings are left out.\n\n", findings.size() - i);
        out += text;
    }
    return out;
}

}  // namespace nmtx
