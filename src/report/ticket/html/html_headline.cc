#include <fmt/format.h>

#include "report/style/style.h"
#include "report/ticket/html/html_document.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"
#include "report/ticket/html/html_verdict.h"

namespace nmtx {
namespace {

std::string shares(const Ticket& ticket) {
    std::string out;
    for (const Share& share : ticket.shares) {
        out += html_headline_figure(share.name, in_mib(share.resident) + " MiB",
                                    percent(share.resident, ticket.rss) + " % of RSS",
                                    family_of_share(share.name));
    }
    return out;
}

}  // namespace

std::string html_headline(const Ticket& ticket) {
    std::string out = "<header class=\"headline\">\n";
    const bool again = ticket.mapped_again != Bytes();
    const Bytes rss_true = minus_or_zero(ticket.rss, ticket.mapped_again);
    out += fmt::format("<p class=\"eyebrow\">Native memory of {}</p>\n<h1>{} {} MiB</h1>\n",
                       html_application(ticket.application), again ? "True RSS" : "RSS",
                       html_text(in_mib(rss_true)));
    out += html_paragraph(html_behind_target(ticket.target), "target");
    if (again) {
        out += html_paragraph(
            fmt::format("The kernel's RSS is {} MiB: it counts {} MiB of Java heap pages again, which are "
                        "mapped several times. The figures below sum to the kernel's RSS.",
                        in_mib(ticket.rss), in_mib(ticket.mapped_again)),
            "lead");
    }
    out += html_verdict(ticket);
    return out + fmt::format("<dl class=\"figures\">\n{}</dl>\n</header>\n", shares(ticket));
}

std::string html_basis(const Ticket& ticket) {
    std::string out;
    if (!ticket.coverage.empty()) out += html_paragraph(ticket.coverage);
    if (!ticket.gap_text.empty()) out += html_paragraph(ticket.gap_text);
    std::string when = fmt::format("Taken {} by nmtx {}.", ticket.taken_at, ticket.nmtx_version);
    if (!ticket.redaction.empty()) when += " " + ticket.redaction;
    return out + html_paragraph(when, "when");
}

}  // namespace nmtx
