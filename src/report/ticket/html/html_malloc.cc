// malloc, threads and the container.
#include <fmt/format.h>

#include <algorithm>

#include "report/parts/container_text.h"
#include "report/style/style.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t most_arena_rows = 100;
constexpr std::size_t most_block_rows = 60;
constexpr std::size_t most_pool_rows = 15;

std::string arenas(const TicketMalloc& malloc) {
    HtmlTable table("table-arenas", "malloc arenas, resident MiB",
                    {{"arena", Column::name},
                     {"resident, MiB"},
                     {"in use, NMT"},
                     {malloc.told_apart ? "in use, not in NMT" : "in use"},
                     {"freed but retained"},
                     {"overhead"},
                     {"not analysed"}},
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
    HtmlTable table("malloc-owners", "Live blocks not tracked by NMT, by owner",
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
    std::string text = fmt::format("malloc holds {} MiB resident", in_mib(malloc.resident));
    if (malloc.nmt) text += fmt::format("; NMT tracks {} MiB", in_mib(*malloc.nmt));
    if (!malloc.allocator.empty()) text += fmt::format(". Allocator: {}", malloc.allocator);
    return html_paragraph(text + ".");
}

}  // namespace

std::string html_malloc(const Ticket& ticket) {
    if (!ticket.malloc) return "";
    const TicketMalloc& malloc = *ticket.malloc;
    std::string out = malloc_summary(malloc);
    if (!malloc.walked) return out + html_paragraph(malloc.why_not_walked);
    if (!malloc.arenas.empty())
        out += html_figure("malloc",
                           "Resident memory of each arena: in use (tracked by NMT or not), and freed but "
                           "retained.",
                           arenas(malloc));
    return out + blocks(malloc);
}

std::string html_threads(const Ticket& ticket) {
    if (!ticket.threads || ticket.threads->threads.empty()) return "";
    const TicketThreads& threads = *ticket.threads;
    std::string out =
        html_paragraph(fmt::format("{}. Stacks: {} MiB reserved, {} MiB resident.", threads.by_kind,
                                   in_mib(threads.stacks_reserved), in_mib(threads.stacks_resident)));
    out += html_paragraph(threads.interval_s > 0
                              ? fmt::format("CPU was measured over {:.1f} s.", threads.interval_s)
                              : std::string("CPU is the average since each thread started."));
    HtmlTable table("thread-pools", "Threads by pool, largest stacks first",
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
    return html_figure("container",
                       "Memory usage of the container against its limit, next to the RSS of the process. "
                       "Other processes, page cache and kernel memory count too.",
                       "") +
           sentences;
}

}  // namespace nmtx
