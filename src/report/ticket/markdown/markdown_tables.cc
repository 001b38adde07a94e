// malloc and threads in the Markdown ticket.
#include <algorithm>

#include "report/ticket/markdown/markdown_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t most_blocks = 10, most_listed_threads = 10, most_pools = 12;

void add_blocks(std::string& out, const std::vector<TicketBlocks>& rows) {
    MarkdownTable table({"library", "what", ">bytes each", ">blocks", ">resident MiB", "known by"});
    const std::size_t shown = std::min(rows.size(), most_blocks);
    for (std::size_t i = 0; i < shown; ++i) {
        const TicketBlocks& b = rows[i];
        table.row({b.owner.empty() ? "owner unknown" : name_cell(b.owner), name_cell(b.kind),
                   b.block == Bytes() ? "different" : grouped(b.block.value()), grouped(b.blocks),
                   in_mib(b.resident), prose(b.evidence, Place::cell, 200)});
    }
    out += table.text() + left_out(rows, shown, "rows", [](const TicketBlocks& b) { return b.resident; });
}

}  // namespace

std::string malloc_markdown(const TicketMalloc& m) {
    const std::string of_nmt = m.nmt ? fmt::format("; NMT tracks {} MiB", in_mib(*m.nmt)) : std::string();
    std::string out = fmt::format("{}: {} MiB resident{}.\n\n",
                                  m.allocator.empty() ? "Allocator unknown" : prose(m.allocator),
                                  in_mib(m.resident), of_nmt);
    if (!m.walked) {
        if (!m.why_not_walked.empty()) out += prose(m.why_not_walked) + "\n\n";
        return out;
    }
    MarkdownTable parts({"part", ">resident MiB"});
    if (m.told_apart) parts.row({"in use, tracked by NMT", in_mib(m.live_tracked)});
    parts.row({m.told_apart ? "in use, not in NMT" : "in use", in_mib(m.live_untracked)});
    parts.row({fmt::format("freed but retained by glibc ({} arena{})", m.arenas.size(),
                           m.arenas.size() == 1 ? "" : "s"),
               in_mib(m.free)});
    parts.row({"overhead", in_mib(m.overhead)});
    parts.row({"not analysed", in_mib(m.not_walked)});
    out += parts.text();
    add_blocks(out, m.untracked);
    return out;
}

std::string threads_markdown(const TicketThreads& th) {
    std::string out = fmt::format("{}; stacks {} MiB reserved, {} resident.\n\n", prose(th.by_kind),
                                  in_mib(th.stacks_reserved), in_mib(th.stacks_resident));
    if (th.interval_s > 0)
        out += fmt::format("CPU {:.1f} % of one core ({:.1f} s sample).\n\n", th.cpu_percent, th.interval_s);
    const auto share = [&](const std::optional<double>& p) { return p ? fmt::format("{:.1f}", *p) : ""; };
    if (th.interval_s <= 0) out += "CPU % is the average since each thread started.\n\n";
    MarkdownTable busiest({"busiest thread", "kind", ">CPU %", ">CPU s", ">stack KiB resident", ">tid"});
    for (std::size_t i = 0; i < std::min(th.threads.size(), most_listed_threads); ++i) {
        const TicketThread& row = th.threads[i];
        const std::string stack =
            row.stack_resident ? grouped(row.stack_resident->value() / 1024) : std::string();
        busiest.row({name_cell(row.name), row.kind, share(row.cpu_percent),
                     fmt::format("{:.2f}", row.cpu_seconds), stack, std::to_string(row.tid)});
    }
    out += busiest.text();
    MarkdownTable pools({"pool", "kind", ">threads", ">stacks MiB reserved", ">stacks MiB resident"});
    const std::size_t shown = std::min(th.pools.size(), most_pools);
    for (std::size_t i = 0; i < shown; ++i) {
        const TicketPool& pool = th.pools[i];
        pools.row({name_cell(pool.name), pool.kind, grouped(pool.threads), in_mib(pool.stack_reserved),
                   in_mib(pool.stack_resident)});
    }
    return out + pools.text() +
           left_out(th.pools, shown, "thread names", [](const TicketPool& p) { return p.stack_resident; });
}

}  // namespace nmtx
