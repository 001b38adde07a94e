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
    list(lines, "To do: ", f.remedies);
    list(lines, "Would refute it: ", f.refuted_by);
    list(lines, "Known: ", f.bugs);
    if (!lines.empty()) out += lines + "\n";
    std::string commands;
    for (std::size_t i = 0; i < std::min(f.commands.size(), most_evidence_lines); ++i)
        commands += f.commands[i] + "\n";
    if (!commands.empty()) out += code_block(commands, "", 600);
    return out;
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
