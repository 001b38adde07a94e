#include "report/ticket/ticket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "process/given_options.h"
#include "report/parts/gap_text.h"
#include "report/parts/notes.h"
#include "report/threads/threads_report.h"
#include "report/ticket/ticket_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t most_command_bytes = std::size_t{64} << 10U;

TicketThread thread_of(const ThreadRow& row) {
    TicketThread thread{row.tid,
                        printable(row.name.substr(0, longest_thread_name)),
                        std::string(name_of(row.kind)),
                        printable(row.library),
                        row.state,
                        row.cpu_percent,
                        row.wait_percent,
                        row.cpu_seconds,
                        {},
                        {}};
    if (row.stack) {
        thread.stack_reserved = row.stack->reserved;
        thread.stack_resident = row.stack->resident;
    }
    return thread;
}

// As busiest_threads has them, the idle ones behind.
std::vector<TicketThread> threads_of(const ThreadTable& table) {
    std::vector<TicketThread> threads;
    threads.reserve(table.rows.size());
    for (const ThreadRow& row : table.rows) threads.push_back(thread_of(row));
    const auto time = [&](const TicketThread& thread) {
        return table.interval_s > 0 ? thread.cpu_percent.value_or(0) : thread.cpu_seconds;
    };
    std::stable_sort(threads.begin(), threads.end(),
                     [&](const TicketThread& a, const TicketThread& b) { return time(a) > time(b); });
    return threads;
}

std::vector<TicketPool> pools_of(const ThreadTable& table) {
    std::vector<TicketPool> pools;
    for (const ThreadPool& pool : thread_pools(chosen_threads(table, {}), ThreadOrder::stack))
        pools.push_back({printable(pool.name.substr(0, longest_thread_name)), std::string(name_of(pool.kind)),
                         pool.threads, pool.cpu_percent, pool.cpu_seconds, pool.reserved, pool.resident});
    return pools;
}

std::vector<Share> printable_shares(std::vector<Share> shares) {
    for (Share& share : shares) {
        for (SharePart& part : share.parts) part.remark = printable(part.remark);
    }
    return shares;
}

// Paths of a record are names of owners: of libraries and files.
Trend printable_trend(Trend trend) {
    const auto clean = [](std::vector<OwnerTrend>& rows) {
        for (OwnerTrend& row : rows) row.key.name = printable(row.key.name);
    };
    for (RunTrend& run : trend.runs) {
        run.run.command = printable(run.run.command);
        clean(run.owners);
        clean(run.sums);
        clean(run.others);
    }
    return trend;
}

std::string title_of(const Moment& moment) {
    return printable(fmt::format("Native memory of {}, pid {}: {}", who(*moment.view),
                                 moment.view->header.pid, rss_text(*moment.ledger)));
}

// What NMT does not track, and the figure that is often taken for it.
std::string gap_of(const Ledger& ledger) {
    const std::string gap = gap_text(ledger, false), subtraction = subtraction_text(ledger);
    return fmt::format("{}{}{}", gap, gap.empty() || subtraction.empty() ? "" : " ", subtraction);
}

// "61 names, 2 hosts, 1 IP address"
std::string counted(const Redaction& redaction) {
    struct Kind {
        std::string_view kind, one, more;
    };
    constexpr std::array kinds{Kind{"name", "name", "names"}, Kind{"host", "host", "hosts"},
                               Kind{"ip", "IP address", "IP addresses"},
                               Kind{"mail", "mail address", "mail addresses"}, Kind{"id", "id", "ids"}};
    std::string text;
    for (const Kind& kind : kinds) {
        const auto found = redaction.different.find(std::string(kind.kind));
        if (found == redaction.different.end() || found->second == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(found->second),
                            found->second == 1 ? kind.one : kind.more);
    }
    return text.empty() ? "no names" : text;
}

std::string redaction_of(const ProcessView& view) {
    const std::string secrets =
        "Secrets in options (passwords, tokens, keys) and the environment are redacted. ";
    if (!view.header.redaction)
        return secrets +
               "Paths, hosts and names of threads and classes are unchanged (--redact replaces "
               "them).";
    const Redaction& redaction = *view.header.redaction;
    std::string text =
        fmt::format("{}Also redacted: {} in {} places, each with the same placeholder everywhere.", secrets,
                    counted(redaction), grouped(redaction.places));
    if (!redaction.left_out.empty())
        text += fmt::format(" Left out: {} document{}.", redaction.left_out.size(),
                            redaction.left_out.size() == 1 ? "" : "s");
    return text;
}

}  // namespace

std::string_view name_of(TicketSeverity severity) {
    switch (severity) {
        case TicketSeverity::problem:
            return "problem";
        case TicketSeverity::warning:
            return "warning";
        case TicketSeverity::note:
            return "note";
        case TicketSeverity::ok:
            break;
    }
    return "ok";
}

TicketThreads ticket_threads(const ProcessView& view, const ThreadTable& table) {
    TicketThreads threads;
    threads.by_kind = threads_by_kind(view, table);
    for (std::size_t i = 0; i < table.totals.of_kind.size(); ++i) {
        if (table.totals.of_kind[i] == 0 || view.vm == Vm::none) continue;
        threads.kinds.push_back(
            {std::string(name_of(static_cast<ThreadKind>(i))), grouped(table.totals.of_kind[i])});
    }
    threads.count = table.counts.tasks;
    threads.interval_s = table.interval_s;
    threads.cpu_percent = table.totals.cpu_percent;
    threads.wait_percent = table.totals.wait_percent;
    threads.stacks_reserved = table.totals.stacks_reserved;
    threads.stacks_resident = table.totals.stacks_resident;
    threads.threads = threads_of(table);
    threads.pools = pools_of(table);
    return threads;
}

Ticket ticket_of(const Account& account, std::optional<Trend> history) {
    const Moment& moment = account.moment;
    Ticket ticket;
    ticket.title = title_of(moment);
    ticket.target = target_text(*moment.view);
    ticket.application = main_name(*moment.view);
    ticket.pid = moment.view->header.pid;
    ticket.nmtx_version = printable(moment.view->header.nmtx_version);
    ticket.taken_at = printable(moment.view->header.taken_at);
    ticket.findings = ticket_findings(account.judged.findings);
    ticket.rss = moment.ledger->rss;
    ticket.mapped_again = moment.ledger->mapped_again;
    ticket.shares = printable_shares(shares_of(moment));
    ticket.gap = moment.ledger->gap;
    ticket.gap_text = gap_of(*moment.ledger);
    if (ticket.rss != Bytes()) ticket.coverage = coverage_sentence(account.judged.assessment.percent);
    ticket.versions = versions_of(*moment.view);
    ticket.command = command_line(*moment.view, most_command_bytes);
    ticket.flags = given_flags(*moment.view);
    ticket.vm_flags = effective_flags(*moment.view);
    ticket.container = account.container;
    ticket.limits = limits_of(*moment.view);
    ticket.taken = taking_of(moment);
    ticket.areas = ticket_areas(*moment.ledger);
    ticket.categories = ticket_categories(*moment.ledger);
    ticket.owners = ticket_owners(*moment.ledger);
    ticket.files = ticket_files(moment);
    ticket.map = ticket_map(moment);
    ticket.malloc = ticket_malloc(moment);
    if (account.threads) ticket.threads = ticket_threads(*moment.view, *account.threads);
    if (history) ticket.history = printable_trend(std::move(*history));
    ticket.missing = missing_of(*moment.view, ticket.history.has_value());
    for (const std::string& note : notes_of(moment, false)) ticket.notes.push_back(printable(note));
    ticket.reproduce = commands_of(*moment.view, ticket.history.has_value());
    ticket.redaction = redaction_of(*moment.view);
    return ticket;
}

}  // namespace nmtx
