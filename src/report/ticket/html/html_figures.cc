// The charts that the page's script draws, each with its table: for readers who do not see it, and for pages
// without scripts.
#include <fmt/format.h>

#include "report/style/style.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

std::string address(Address address) {
    return fmt::format("{:012x}", address.value);
}

// A link to the table below that has the same figures.
std::string see_table(std::string_view id, std::string_view name) {
    return fmt::format("<p class=\"see\"><a href=\"#{}\">{}</a></p>\n", id, html_text(name));
}

}  // namespace

std::string html_figure(std::string_view chart, std::string_view caption, std::string_view table) {
    return fmt::format(
        "<figure class=\"chart\" id=\"chart-{0}\">\n<div class=\"canvas\" data-chart=\"{0}\"></div>\n"
        "<figcaption>{1}</figcaption>\n{2}</figure>\n",
        chart, html_text(caption),
        table.empty() ? ""
                      : fmt::format("<details class=\"as-table\" open>\n<summary>Show as a "
                                    "table</summary>\n{}</details>\n",
                                    table));
}

std::string html_waterfall(const Ticket& ticket) {
    HtmlTable table("table-rss", "Owners of RSS",
                    {{"owner", Column::name}, {"resident, MiB"}, {"% of RSS"}, {"what", Column::text}});
    table.begin_row();
    table.text("RSS (kernel)");
    table.mib(ticket.rss);
    table.share(ticket.rss, ticket.rss);
    table.text("");
    for (const Share& share : ticket.shares) {
        table.begin_row();
        table.text(share.name);
        table.mib(share.resident);
        table.share(share.resident, ticket.rss);
        table.text("");
        for (const SharePart& part : share.parts) {
            if (part.resident == Bytes()) continue;
            table.begin_row();
            table.text(share.name + ": " + part.name);
            table.mib(part.resident);
            table.share(part.resident, ticket.rss);
            table.text(part.remark);
        }
    }
    return html_figure("waterfall",
                       "RSS split by owner, down to what is unexplained. Each byte is in one bar; the thin "
                       "bars below an owner are its parts.",
                       table.finish()) +
           html_list(ticket.notes);
}

std::string html_address_space(const Ticket& ticket, const std::vector<MapStrip>& strips) {
    if (strips.empty()) return "";
    HtmlTable table("table-map", "Address space by range",
                    {{"from", Column::name},
                     {"to", Column::code},
                     {"owner", Column::text},
                     {"mappings"},
                     {"mapped, MiB"},
                     {"resident, MiB"}});
    for (const MapStrip& strip : strips) {
        table.begin_row();
        table.text(address(strip.range.begin));
        table.text(address(strip.range.end));
        table.text((strip.owner.empty() ? "nothing resident" : strip.owner) +
                   (strip.owners > 1 ? fmt::format(" and {} more", strip.owners - 1) : std::string()));
        table.count(strip.ranges);
        table.mib(strip.mapped);
        table.mib(strip.resident);
    }
    std::string joined;
    if (strips.size() < ticket.map.size())
        joined = fmt::format(
            "{} ranges are drawn as {}: neighbours with one owner, and small ones between them, "
            "are merged.",
            grouped(ticket.map.size()), grouped(strips.size()));
    return html_figure("map",
                       "Every mapping, from low to high addresses, line by line. Widths grow with the "
                       "logarithm of the size. The filled part is resident. A dot marks a gap in the "
                       "address space.",
                       table.finish(joined));
}

std::string html_committed(const Ticket& ticket) {
    if (!ticket.categories.empty()) {
        return html_figure("categories",
                           "Each NMT category: committed by mmap, the resident part of that, and malloc as "
                           "counted by NMT. Committed memory that was never touched costs nothing.",
                           "") +
               see_table("nmt-categories", "Show as a table");
    }
    if (ticket.areas.empty()) return "";
    HtmlTable table("table-areas", "JVM areas",
                    {{"area", Column::name}, {"reserved, MiB"}, {"committed, MiB"}, {"resident, MiB"}}, 3);
    for (const TicketArea& area : ticket.areas) {
        table.begin_row();
        table.text(area.name);
        table.mib(area.reserved);
        table.mib(area.committed);
        table.mib(area.resident);
    }
    return html_figure("categories",
                       "NMT was off or not asked, so committed figures by category are missing. This is the "
                       "resident memory of each JVM area.",
                       table.finish());
}

}  // namespace nmtx
