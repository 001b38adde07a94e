// Background: what was missing, machine and JVM, cost, and the commands for the same report.
#include <fmt/format.h>

#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

// One per line, to be copied together.
std::string lines(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) {
        if (!text.empty()) text += "\n";
        text += html_text(value);
    }
    return text.empty() ? "" : fmt::format("<div class=\"command\"><pre><code>{}</code></pre></div>\n", text);
}

std::string sub(std::string_view heading, const std::string& body) {
    return body.empty() ? "" : fmt::format("<h3>{}</h3>\n{}", heading, body);
}

}  // namespace

std::string html_facts(const std::vector<TicketFact>& facts) {
    if (facts.empty()) return "";
    std::string out = "<dl class=\"facts\">\n";
    for (const TicketFact& fact : facts)
        out +=
            fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(fact.name), html_text(fact.value));
    return out + "</dl>\n";
}

std::string html_missing(const Ticket& ticket) {
    if (ticket.missing.empty()) return html_paragraph("Nothing is missing.");
    std::string out = "<dl class=\"facts wide\">\n";
    for (const MissingDocument& missing : ticket.missing) {
        out +=
            fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", html_text(missing.what),
                        html_text(missing.why), missing.hint.empty() ? "" : "; " + html_text(missing.hint));
    }
    return out + "</dl>\n";
}

std::string html_environment(const Ticket& ticket) {
    return html_facts(ticket.versions) +
           sub("Command line", ticket.command.empty() ? "" : html_command(ticket.command)) +
           sub("JVM options as given", lines(ticket.flags)) +
           sub("JVM flags in effect", lines(ticket.vm_flags)) + sub("Limits", html_facts(ticket.limits));
}

std::string html_taken(const Ticket& ticket) {
    return html_facts(ticket.taken);
}

std::string html_reproduce(const Ticket& ticket) {
    std::string out;
    for (const TicketCommand& command : ticket.reproduce)
        out += html_paragraph(command.what) + html_command(command.command);
    return out;
}

}  // namespace nmtx
