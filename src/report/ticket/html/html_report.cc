// The ticket as one self-contained HTML file: its text and tables as HTML, its figures as data for the script
// that draws them.
#include <fmt/format.h>

#include "report/ticket/html/html_document.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

std::vector<HtmlSection> sections_of(const Ticket& ticket, const std::vector<MapStrip>& strips,
                                     const IcicleNode& icicle, std::size_t most_rows) {
    std::vector<HtmlSection> sections{
        {"rss", "Where the memory is", "RSS",
         html_icicle(icicle) + html_basis(ticket) + html_waterfall(ticket)},
        {"findings", "Findings", "Findings", html_findings(ticket)},
        {"address-space", "Address space", "Address space", html_address_space(ticket, strips)},
        {"committed", ticket.categories.empty() ? "JVM areas" : "Committed and resident",
         ticket.categories.empty() ? "JVM areas" : "Committed", html_committed(ticket)},
        {"malloc", "malloc", "malloc", html_malloc(ticket)},
        {"threads", "Threads", "Threads", html_threads(ticket)},
        {"container", "Container", "Container", html_container(ticket)},
        {"trend", "Over time", "Over time", html_trend(ticket)}};
    for (HtmlSection& section : html_tables(ticket, most_rows)) sections.push_back(std::move(section));
    sections.push_back({"missing", "Missing data", "Missing", html_missing(ticket)});
    sections.push_back({"environment", "Versions, options, limits", "Environment", html_environment(ticket)});
    sections.push_back({"taken", "Collection and cost", "Cost", html_taken(ticket)});
    sections.push_back({"reproduce", "Reproduce", "Reproduce", html_reproduce(ticket)});
    return sections;
}

std::string page_title(const Ticket& ticket) {
    return ticket.application.empty() ? ticket.title
                                      : fmt::format("{}: {}", ticket.application, ticket.title);
}

std::string report_within(const Ticket& ticket, const HtmlLimits& limits) {
    const std::vector<MapStrip> strips = map_strips(ticket.map, limits.strips);
    const IcicleNode icicle = icicle_of(ticket, limits.nodes);
    return html_document({page_title(ticket), ticket.nmtx_version, html_headline(ticket),
                          sections_of(ticket, strips, icicle, limits.rows),
                          html_chart_data(ticket, strips, icicle)});
}

}  // namespace

std::string html_report(const Ticket& ticket) {
    constexpr std::size_t fewest_rows = 20;
    HtmlLimits limits;
    std::string page = report_within(ticket, limits);
    while (page.size() >= most_html_bytes && limits.rows > fewest_rows) {
        limits = {limits.rows * 3 / 4, limits.nodes * 3 / 4, limits.strips * 3 / 4};
        page = report_within(ticket, limits);
    }
    return page;
}

}  // namespace nmtx
