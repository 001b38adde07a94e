#include <fmt/format.h>

#include "report/style/style.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"
#include "report/ticket/html/html_verdict.h"

namespace nmtx {
namespace {

// The badge says in words what its colour says.
std::string_view badge(const TicketFinding& finding) {
    switch (finding.severity) {
        case TicketSeverity::problem:
            return "Problem";
        case TicketSeverity::warning:
            return "Warning";
        case TicketSeverity::note:
            return finding.id == "undecided" ? "Undecided" : "Note";
        case TicketSeverity::ok:
            return "OK";
    }
    return "";
}

std::string meta(const TicketFinding& finding) {
    std::string out;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, html_text(value));
    };
    if (finding.bytes) add("Amount", in_mib(*finding.bytes) + " MiB");
    add("Share", finding.share);
    add("Confidence", finding.confidence);
    add("Not known", finding.not_known);
    add("Rule", finding.id);
    return out.empty() ? "" : fmt::format("<dl class=\"meta\">{}</dl>\n", out);
}

std::string part(std::string_view heading, const std::string& body) {
    return body.empty() ? "" : fmt::format("<h4>{}</h4>\n{}", heading, body);
}

// A list item for each, with its command below it.
std::string next_steps_html(const std::vector<TicketCommand>& all) {
    std::string out;
    for (const TicketCommand& each : all) {
        out += fmt::format("<li>{}{}</li>\n", html_paragraph(each.what),
                           each.command.empty() ? "" : html_command(each.command));
    }
    return out.empty() ? out : "<ol class=\"steps\">\n" + out + "</ol>\n";
}

std::string card(const TicketFinding& finding) {
    return fmt::format("<article class=\"finding s-{}\">\n<h3><span class=\"badge\">{}</span> {}</h3>\n",
                       name_of(finding.severity), badge(finding), html_text(finding.title)) +
           meta(finding) + part("Evidence", html_list(finding.evidence)) +
           part("Next steps", next_steps_html(finding.remedies)) +
           part(html_text(finding.refuted_label), html_list(finding.refuted_by)) +
           part("Known bugs", html_list(finding.bugs)) + "</article>\n";
}

}  // namespace

// The verdict: of the finding that carries it.
std::string html_verdict(const Ticket& ticket) {
    if (ticket.findings.empty()) return "";
    const TicketFinding& first = ticket.findings.front();
    return fmt::format(
        "<p class=\"lead s-{}\"><span class=\"badge\">{}</span> <a href=\"#findings\">{}</a></p>\n",
        name_of(first.severity), badge(first), html_text(first.title));
}

std::string html_findings(const Ticket& ticket) {
    std::string out;
    for (const TicketFinding& finding : ticket.findings) out += card(finding);
    return out;
}

}  // namespace nmtx
