// malloc, threads, the container and the trend.
#include <fmt/format.h>

#include <algorithm>

#include "report/parts/container_text.h"
#include "report/style/style.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"
#include "report/trend/trend_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_arena_rows = 100;
constexpr std::size_t most_block_rows = 60;
constexpr std::size_t most_pool_rows = 15;

std::string arenas(const TicketMalloc& malloc) {
    HtmlTable table("table-arenas", "Arenas of malloc, resident MiB",
                    {{"arena", Column::name},
                     {"resident, MiB"},
                     {"live, NMT's"},
                     {malloc.told_apart ? "live, not NMT's" : "live"},
                     {"freed, kept"},
                     {"overhead"},
                     {"not walked"}},
                    1);
    Bytes left;
    for (const TicketArena& arena : malloc.arenas) {
        if (table.rows() >= most_arena_rows) {
            left += arena.resident;
            continue;
        }
        table.begin_row();
        table.text(arena.name);
        for (const Bytes bytes : {arena.resident, arena.live_tracked, arena.live_untracked, arena.free,
                                  arena.overhead, arena.not_walked})
            table.mib(bytes);
    }
    const std::size_t rows = table.rows();
    return table.finish(html_left_out(malloc.arenas.size() - rows, left));
}

std::string blocks(const TicketMalloc& malloc) {
    if (malloc.untracked.empty()) return "";
    HtmlTable table("malloc-owners", "Live blocks that NMT does not know of, by owner",
                    {{"owner", Column::name},
                     {"kind", Column::text},
                     {"known by", Column::text},
                     {"bytes of one"},
                     {"blocks"},
                     {"resident, MiB"}},
                    5);
    Bytes left;
    for (const TicketBlocks& owner : malloc.untracked) {
        if (table.rows() >= most_block_rows) {
            left += owner.resident;
            continue;
        }
        table.begin_row();
        table.text(owner.owner.empty() ? "owner unknown" : owner.owner);
        table.text(owner.kind);
        table.text(owner.evidence);
        table.count(owner.block == Bytes() ? std::nullopt : std::optional(owner.block.value()));
        table.count(owner.blocks);
        table.mib(owner.resident);
    }
    const std::size_t rows = table.rows();
    return table.finish(html_left_out(malloc.untracked.size() - rows, left));
}

std::string malloc_summary(const TicketMalloc& malloc) {
    std::string text = fmt::format("{} MiB of malloc's mappings are resident", in_mib(malloc.resident));
    if (malloc.nmt)
        text += fmt::format("; NMT counts {} MiB that the JVM has taken from it", in_mib(*malloc.nmt));
    if (!malloc.allocator.empty()) text += fmt::format(". The allocator is {}", malloc.allocator);
    return html_paragraph(text + ".");
}

}  // namespace

std::string html_malloc(const Ticket& ticket) {
    if (!ticket.malloc) return "";
    const TicketMalloc& malloc = *ticket.malloc;
    std::string out = malloc_summary(malloc);
    if (!malloc.walked)
        return out + html_paragraph(
                         malloc.why_not_walked.empty()
                             ? "Its chunks were not walked, so that live and freed memory are not told apart."
                             : "Its chunks were not walked: " + malloc.why_not_walked + ".");
    if (!malloc.arenas.empty())
        out += html_figure(
            "malloc",
            "Resident memory of each arena: what lives, known to NMT or not, and what was freed and "
            "is kept by malloc.",
            arenas(malloc));
    return out + blocks(malloc);
}

std::string html_threads(const Ticket& ticket) {
    if (!ticket.threads || ticket.threads->threads.empty()) return "";
    const TicketThreads& threads = *ticket.threads;
    std::string out = html_paragraph(fmt::format("{}. Their stacks are {} MiB reserved and {} MiB resident.",
                                                 threads.by_kind, in_mib(threads.stacks_reserved),
                                                 in_mib(threads.stacks_resident)));
    out += html_paragraph(threads.interval_s > 0
                              ? fmt::format("CPU was measured over {:.1f} s.", threads.interval_s)
                              : std::string("CPU is the share since each thread began."));
    HtmlTable table("thread-pools", "Threads in pools, those with the largest stacks first",
                    {{"pool", Column::name},
                     {"kind", Column::text},
                     {"threads"},
                     {"CPU, %"},
                     {"CPU, s"},
                     {"stacks reserved, MiB"},
                     {"resident, MiB"}},
                    6);
    for (const TicketPool& pool : threads.pools) {
        if (table.rows() >= most_pool_rows) break;
        table.begin_row();
        table.text(pool.name);
        table.text(pool.kind);
        table.count(pool.threads);
        table.decimal(pool.cpu_percent, 1);
        table.decimal(pool.cpu_seconds, 2);
        table.mib(pool.stack_reserved);
        table.mib(pool.stack_resident);
    }
    const std::size_t left = threads.pools.size() - table.rows();
    return out + table.finish(left == 0 ? "" : fmt::format("{} more pools are not shown.", grouped(left))) +
           "<p class=\"see\"><a href=\"#threads-table\">Every thread as a table</a></p>\n";
}

std::string html_container(const Ticket& ticket) {
    if (!ticket.container) return "";
    TextStyle style;
    style.width = 100000;  // one line a sentence: the browser folds
    std::string sentences;
    const std::string text = container_text(*ticket.container, style);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        sentences += html_paragraph(std::string_view(text).substr(at, end - at));
        at = end + 1;
    }
    return html_figure(
               "container",
               "What the kernel has charged to the container, against its limit. RSS of the process is drawn "
               "beside it: other processes, page cache and the kernel's own memory count as well.",
               "") +
           sentences;
}

std::string html_trend(const Ticket& ticket) {
    if (!ticket.history || ticket.history->runs.empty() || ticket.history->runs.back().samples == 0)
        return "";
    const RunTrend& run = ticket.history->runs.back();
    HtmlTable table("table-trend", "Owners over time",
                    {{"owner", Column::name},
                     {"at first, MiB"},
                     {"resident now, MiB"},
                     {"MiB an hour"},
                     {"% of the growth"},
                     {"verdict", Column::text}});
    const auto row = [&](const OwnerTrend& owner) {
        const auto bytes = [](double value) {
            return Bytes(static_cast<std::uint64_t>(std::max(value, 0.0)));
        };
        table.begin_row();
        table.text(owner.key.series == Series::rss ? "RSS" : owner.name());
        table.mib(bytes(owner.first));
        table.mib(bytes(owner.last));
        table.decimal(
            owner.shape.slope ? std::optional(owner.shape.slope->per_second * 3600 / 1048576) : std::nullopt,
            1);
        table.decimal(owner.of_growth ? std::optional(*owner.of_growth * 100) : std::nullopt, 0);
        table.text(name_of(owner.verdict));
    };
    row(run.rss);
    for (const OwnerTrend& owner : run.owners) row(owner);
    return html_paragraph(fmt::format("{} samples over {}. {}", grouped(run.samples),
                                      human_seconds(run.span_s), run_verdict_text(run))) +
           html_figure("trend", "What was resident over time: RSS first, then those owners that grow most.",
                       table.finish());
}

}  // namespace nmtx
