// One self-contained HTML file: the ticket's text and tables as HTML, its figures as data for the script
// that draws them, and a policy that lets nothing else run or be loaded.
#include <fmt/format.h>

#include "report/ticket/html/html_assets.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

std::vector<HtmlSection> sections_of(const Ticket& ticket, const std::vector<MapStrip>& strips,
                                     const IcicleNode& icicle) {
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
    for (HtmlSection& section : html_tables(ticket)) sections.push_back(std::move(section));
    sections.push_back({"missing", "Missing data", "Missing", html_missing(ticket)});
    sections.push_back({"environment", "Versions, options, limits", "Environment", html_environment(ticket)});
    sections.push_back({"taken", "Collection and cost", "Cost", html_taken(ticket)});
    sections.push_back({"reproduce", "Reproduce", "Reproduce", html_reproduce(ticket)});
    std::erase_if(sections, [](const HtmlSection& section) { return section.body.empty(); });
    return sections;
}

std::string navigation(const std::vector<HtmlSection>& sections) {
    std::string out = "<nav aria-label=\"Sections\">\n<ul>\n";
    for (const HtmlSection& section : sections)
        out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, html_text(section.short_heading));
    return out + "</ul>\n</nav>\n";
}

// Hashes of what may run: with them not even an element that a hostile name might smuggle in would.
std::string policy() {
    return fmt::format(
        "default-src 'none'; script-src 'sha256-{}' 'sha256-{}'; style-src 'sha256-{}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        html_d3().sha256, html_script().sha256, html_style().sha256);
}

std::string page_title(const Ticket& ticket) {
    return ticket.application.empty() ? ticket.title
                                      : fmt::format("{}: {}", ticket.application, ticket.title);
}

std::string head(const Ticket& ticket) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
        "content=\"no-referrer\">\n"
        "<meta name=\"generator\" content=\"nmtx {}\">\n<title>{}</title>\n"
        "<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n",
        policy(), html_text(ticket.nmtx_version), html_name(page_title(ticket)), html_style().text);
}

std::string about_this_file() {
    return fmt::format(
        "<footer>\n<p>This file loads nothing from elsewhere and sends "
        "nothing.</p>\n<details><summary>Licence of d3, which draws the "
        "charts</summary>\n<pre>{}</pre>\n</details>\n</footer>\n",
        html_d3_licence().text);
}

}  // namespace

std::string html_report(const Ticket& ticket) {
    const std::vector<MapStrip> strips = map_strips(ticket.map);
    const IcicleNode icicle = icicle_of(ticket);
    const std::vector<HtmlSection> sections = sections_of(ticket, strips, icicle);
    std::string out = head(ticket);
    out +=
        "<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n"
        "<header class=\"topbar\"><p class=\"brand\">nmtx</p><div class=\"tools\"></div></header>\n<div "
        "class=\"frame\">\n";
    out += navigation(sections) + "<main id=\"report\" tabindex=\"-1\">\n" + html_headline(ticket);
    out +=
        "<noscript><p class=\"hint\">JavaScript is off, so the charts are not drawn. The "
        "tables have the same figures.</p></noscript>\n";
    for (const HtmlSection& section : sections) {
        out += fmt::format(
            "<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h2 "
            "id=\"{0}-heading\">{1}</h2>\n{2}</section>\n",
            section.id, html_text(section.heading), section.body);
    }
    out += "</main>\n</div>\n" + about_this_file();
    out += fmt::format(
        "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n"
        "<script>{}</script>\n</body>\n</html>\n",
        html_chart_data(ticket, strips, icicle), html_d3().text, html_script().text);
    return out;
}

}  // namespace nmtx
