// The tables behind the charts: owners, mappings, files, threads, NMT's categories.
#include <fmt/format.h>

#include <algorithm>

#include "report/style/style.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

std::string owners(const Ticket& ticket, std::size_t most_rows) {
    HtmlTable table("owners-table", "Owners (resident bytes sum to RSS)",
                    {{"owner", Column::name},
                     {"resident, MiB"},
                     {"% of RSS"},
                     {"reserved, MiB"},
                     {"committed, MiB"},
                     {"pieces"},
                     {"known by", Column::text}},
                    1);
    Bytes left;
    for (const TicketOwner& owner : ticket.owners) {
        if (table.rows() >= most_rows) {
            left += owner.resident;
            continue;
        }
        table.begin_row();
        table.text(owner.path);
        table.mib(owner.resident);
        table.share(owner.resident, ticket.rss);
        table.mib(owner.reserved);
        table.mib(owner.committed);
        table.count(owner.pieces);
        table.text(owner.evidence +
                   (owner.estimated ? (owner.evidence.empty() ? "estimated" : ", estimated") : ""));
    }
    const std::size_t rows = table.rows();
    return table.finish(html_left_out(ticket.owners.size() - rows, left));
}

// Those with most resident bytes, in address order.
std::string mappings(const Ticket& ticket, std::size_t most_rows) {
    std::vector<const TicketRange*> chosen;
    chosen.reserve(ticket.map.size());
    for (const TicketRange& range : ticket.map) chosen.push_back(&range);
    std::stable_sort(chosen.begin(), chosen.end(), [](const TicketRange* a, const TicketRange* b) {
        return a->resident != b->resident ? a->resident > b->resident : a->range.size() > b->range.size();
    });
    Bytes left;
    for (std::size_t i = most_rows; i < chosen.size(); ++i) left += chosen[i]->resident;
    const std::size_t left_out = chosen.size() - std::min(chosen.size(), most_rows);
    chosen.resize(chosen.size() - left_out);
    HtmlTable table("mappings-table", "Mappings, split where the owner changes",
                    {{"from", Column::name},
                     {"to", Column::code},
                     {"access", Column::code},
                     {"size, MiB"},
                     {"resident, MiB"},
                     {"owner", Column::text},
                     {"name", Column::text}},
                    4);
    for (const TicketRange* range : chosen) {
        table.begin_row();
        table.text(fmt::format("{:012x}", range->range.begin.value));
        table.text(fmt::format("{:012x}", range->range.end.value));
        table.text(range->protection);
        table.mib(range->range.size());
        table.mib(range->resident);
        table.text(range->owner + (range->estimated ? ", estimated" : ""));
        table.path(range->name);
    }
    return table.finish(html_left_out(left_out, left));
}

std::string files(const Ticket& ticket, std::size_t most_rows) {
    HtmlTable table(
        "files-table", "Resident files",
        {{"file", Column::name}, {"owner", Column::text}, {"mappings"}, {"resident, MiB"}, {"% of RSS"}}, 3);
    Bytes left;
    for (const TicketFile& file : ticket.files) {
        if (table.rows() >= most_rows / 2) {
            left += file.resident;
            continue;
        }
        table.begin_row();
        table.path(file.name);
        table.text(file.owner);
        table.count(file.mappings);
        table.mib(file.resident);
        table.share(file.resident, ticket.rss);
    }
    const std::size_t rows = table.rows();
    return rows == 0 ? "" : table.finish(html_left_out(ticket.files.size() - rows, left));
}

std::string threads(const Ticket& ticket, std::size_t most_rows) {
    if (!ticket.threads) return "";
    HtmlTable table("threads-table", "Threads",
                    {{"thread", Column::name},
                     {"kind", Column::text},
                     {"tid"},
                     {"state", Column::code},
                     {"CPU, %"},
                     {"CPU, s"},
                     {"stack reserved, MiB"},
                     {"resident, MiB"},
                     {"started by", Column::text}},
                    ticket.threads->interval_s > 0 ? 4 : 5);
    Bytes left;
    for (const TicketThread& thread : ticket.threads->threads) {
        if (table.rows() >= most_rows) {
            left += thread.stack_resident.value_or(Bytes());
            continue;
        }
        table.begin_row();
        table.text(thread.name);
        table.text(thread.kind);
        table.id(thread.tid);
        table.text(std::string_view(&thread.state, 1));
        table.decimal(thread.cpu_percent, 1);
        table.decimal(thread.cpu_seconds, 2);
        table.mib(thread.stack_reserved);
        table.mib(thread.stack_resident);
        table.text(thread.library);
    }
    const std::size_t rows = table.rows();
    return rows == 0 ? "" : table.finish(html_left_out(ticket.threads->threads.size() - rows, left));
}

std::string categories(const Ticket& ticket) {
    if (ticket.categories.empty()) return "";
    HtmlTable table("nmt-categories", "NMT categories, and the resident part of their mmap memory",
                    {{"category", Column::name},
                     {"reserved, MiB"},
                     {"committed, MiB"},
                     {"malloc, MiB"},
                     {"mmap, MiB"},
                     {"mmap resident, MiB"}},
                    2);
    for (const TicketCategory& category : ticket.categories) {
        table.begin_row();
        table.text(category.name);
        table.mib(category.reserved);
        table.mib(category.committed);
        table.mib(category.malloc);
        table.mib(category.mmap_committed);
        table.mib(category.resident);
    }
    return table.finish();
}

}  // namespace

std::vector<HtmlSection> html_tables(const Ticket& ticket, std::size_t most_rows) {
    return {{"owners", "Owners", "Owners", owners(ticket, most_rows)},
            {"mappings", "Mappings", "Mappings", ticket.map.empty() ? "" : mappings(ticket, most_rows)},
            {"files", "Files", "Files", files(ticket, most_rows)},
            {"thread-list", "Thread list", "Thread list", threads(ticket, most_rows)},
            {"categories", "NMT categories", "NMT categories", categories(ticket)}};
}

}  // namespace nmtx
