// The ticket as Markdown. Sections in the order of their weight; each has bounds of its own, and one that
// would make the whole too long is left out and named.
#include <fmt/format.h>

#include <algorithm>

#include "report/container_text.h"
#include "report/markdown_text.h"
#include "report/style.h"
#include "report/ticket.h"
#include "report/trend_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_areas = 16, most_owners = 25, most_blocks = 10, most_threads = 10, most_pools = 12,
                      most_files = 8, most_flags = 80, most_findings = 20, most_lines = 12, most_missing = 24,
                      most_notes = 24, most_facts = 24, most_commands = 16;
constexpr std::size_t most_finding_bytes = 24'000;
constexpr std::size_t reserved_for_the_end = 1'500;

std::string cell(const std::optional<Bytes>& bytes) {
    return bytes ? in_mib(*bytes) : std::string();
}

std::string name_cell(std::string_view name) {
    return code_span(name, Place::cell);
}

// How much of a table is not in it.
template <typename Row, typename Resident>
std::string left_out(const std::vector<Row>& rows, std::size_t shown, std::string_view what,
                     Resident resident) {
    if (rows.size() <= shown) return {};
    Bytes sum;
    for (std::size_t i = shown; i < rows.size(); ++i) sum += resident(rows[i]);
    return fmt::format("{} more {} with {} MiB resident are left out.\n\n", grouped(rows.size() - shown),
                       what, in_mib(sum));
}

class MarkdownReport {
  public:
    explicit MarkdownReport(const Ticket& ticket) : t_(ticket) {}

    std::string write() {
        out_ = head();
        section("Findings", findings());
        section("Where RSS is", shares());
        section("Areas of the JVM", areas());
        section("Largest owners", owners());
        section("malloc", malloc());
        section("Threads", threads());
        section("History", history());
        section("Container and limits", limits());
        section("Versions and options", versions());
        section("What is missing", missing());
        section("What the figures rest on", notes());
        section("Largest files", files());
        section("To see the same", reproduce());
        end();
        return std::move(out_);
    }

  private:
    void section(std::string_view name, const std::string& text) {
        if (text.empty()) return;
        const std::string whole = fmt::format("### {}\n\n{}", name, text);
        if (out_.size() + whole.size() + reserved_for_the_end > most_markdown_bytes) {
            left_out_ += fmt::format("{}{}", left_out_.empty() ? "" : ", ", name);
            return;
        }
        out_ += whole;
    }

    [[nodiscard]] std::string head() const {
        return fmt::format("## {}\n\n{}\n\nTaken {} by nmtx {}. {}\n\n", prose(t_.title, Place::line, 300),
                           prose(t_.target, Place::line, 600), prose(t_.taken_at, Place::line, 40),
                           prose(t_.nmtx_version, Place::line, 40), prose(t_.redaction));
    }

    void end() {
        if (left_out_.empty()) return;
        out_ += fmt::format(
            "Left out, so that this fits into a ticket: {}. See `nmtx report capture.nmtx --all`.\n",
            left_out_);
    }

    static void list(std::string& out, std::string_view name, const std::vector<std::string>& sentences) {
        for (std::size_t i = 0; i < std::min(sentences.size(), most_lines); ++i)
            out += fmt::format("- {}{}\n", name, prose(sentences[i]));
        if (sentences.size() > most_lines)
            out += fmt::format("- {} more are left out\n", sentences.size() - most_lines);
    }

    [[nodiscard]] static std::string finding(const TicketFinding& f) {
        std::string head = prose(f.title);
        std::string facts;
        const auto add = [&](const std::string& fact) {
            if (!fact.empty()) facts += (facts.empty() ? "" : ", ") + fact;
        };
        add(f.bytes ? in_mib(*f.bytes) + " MiB" : "");
        add(prose(f.share));
        add(f.confidence.empty() ? "" : "confidence " + prose(f.confidence));
        std::string out = fmt::format("**{}:** {}{}\n\n", name_of(f.severity), head,
                                      facts.empty() ? "" : " (" + facts + ")");
        std::string lines;
        list(lines, "", f.evidence);
        list(lines, "To do: ", f.remedies);
        list(lines, "Would refute it: ", f.refuted_by);
        list(lines, "Known: ", f.bugs);
        if (!lines.empty()) out += lines + "\n";
        std::string commands;
        for (std::size_t i = 0; i < std::min(f.commands.size(), most_lines); ++i)
            commands += f.commands[i] + "\n";
        if (!commands.empty()) out += code_block(commands, "sh", 600);
        return out;
    }

    [[nodiscard]] std::string findings() const {
        std::string out;
        for (std::size_t i = 0; i < t_.findings.size(); ++i) {
            const std::string text = finding(t_.findings[i]);
            if (i >= most_findings || out.size() + text.size() > most_finding_bytes)
                return out + fmt::format("{} more findings are left out.\n\n", t_.findings.size() - i);
            out += text;
        }
        return out;
    }

    [[nodiscard]] std::string shares() const {
        MarkdownTable table({"RSS", ">MiB", ">%", "remark"});
        for (const Share& share : t_.shares) {
            table.row({fmt::format("**{}**", share.name), in_mib(share.resident),
                       percent(share.resident, t_.rss), ""});
            for (const SharePart& part : share.parts)
                table.row(
                    {"– " + part.name, in_mib(part.resident), "", prose(part.remark, Place::cell, 200)});
        }
        table.row({"**all**", in_mib(t_.rss), "100.0",
                   t_.mapped_again == Bytes()
                       ? std::string()
                       : fmt::format("{} of it are the heap's pages mapped again", in_mib(t_.mapped_again))});
        return table.text();
    }

    [[nodiscard]] std::string areas() const {
        MarkdownTable table({"area", ">reserved MiB", ">committed MiB", ">resident MiB", "remark"});
        const std::size_t shown = std::min(t_.areas.size(), most_areas);
        for (std::size_t i = 0; i < shown; ++i) {
            const TicketArea& area = t_.areas[i];
            std::string remark = prose(area.remark, Place::cell, 200);
            if (area.estimated) remark += remark.empty() ? "estimated" : ", estimated";
            table.row({prose(area.name, Place::cell), cell(area.reserved), cell(area.committed),
                       in_mib(area.resident), remark});
        }
        return table.text() +
               left_out(t_.areas, shown, "areas", [](const TicketArea& a) { return a.resident; });
    }

    [[nodiscard]] std::string owners() const {
        MarkdownTable table({"owner", ">resident MiB", ">% of RSS", "known by"});
        const std::size_t shown = std::min(t_.owners.size(), most_owners);
        for (std::size_t i = 0; i < shown; ++i) {
            const TicketOwner& owner = t_.owners[i];
            table.row({name_cell(owner.path), in_mib(owner.resident), percent(owner.resident, t_.rss),
                       prose(owner.evidence, Place::cell, 200) + (owner.estimated ? ", estimated" : "")});
        }
        return table.text() +
               left_out(t_.owners, shown, "owners", [](const TicketOwner& o) { return o.resident; });
    }

    static void blocks(std::string& out, const std::vector<TicketBlocks>& rows) {
        MarkdownTable table({"library", "what", ">bytes each", ">blocks", ">resident MiB", "known by"});
        const std::size_t shown = std::min(rows.size(), most_blocks);
        for (std::size_t i = 0; i < shown; ++i) {
            const TicketBlocks& b = rows[i];
            table.row({b.owner.empty() ? "not known" : name_cell(b.owner), name_cell(b.kind),
                       b.block == Bytes() ? "different" : grouped(b.block.value()), grouped(b.blocks),
                       in_mib(b.resident), prose(b.evidence, Place::cell, 200)});
        }
        out += table.text() + left_out(rows, shown, "rows", [](const TicketBlocks& b) { return b.resident; });
    }

    [[nodiscard]] std::string malloc() const {
        if (!t_.malloc) return {};
        const TicketMalloc& m = *t_.malloc;
        const std::string of_nmt =
            m.nmt ? fmt::format("; NMT counts {} MiB of it", in_mib(*m.nmt)) : std::string();
        std::string out = fmt::format("{}: {} MiB resident{}.\n\n",
                                      m.allocator.empty() ? "Allocator not known" : prose(m.allocator),
                                      in_mib(m.resident), of_nmt);
        if (!m.walked) {
            if (!m.why_not_walked.empty()) out += "Not walked: " + prose(m.why_not_walked) + "\n\n";
            return out;
        }
        MarkdownTable parts({"part", ">resident MiB"});
        if (m.told_apart) parts.row({"live, the JVM's (NMT)", in_mib(m.live_tracked)});
        parts.row({m.told_apart ? "live, of others" : "live", in_mib(m.live_untracked)});
        parts.row({fmt::format("freed, kept by glibc in {} arenas", m.arenas.size()), in_mib(m.free)});
        parts.row({"overhead", in_mib(m.overhead)});
        parts.row({"not walked", in_mib(m.not_walked)});
        out += parts.text();
        blocks(out, m.untracked);
        return out;
    }

    [[nodiscard]] std::string threads() const {
        if (!t_.threads) return {};
        const TicketThreads& th = *t_.threads;
        std::string out = fmt::format("{}; stacks {} MiB reserved, {} resident.\n\n", prose(th.by_kind),
                                      in_mib(th.stacks_reserved), in_mib(th.stacks_resident));
        if (th.interval_s > 0)
            out += fmt::format("CPU {:.1f} % of one over {:.1f} s.\n\n", th.cpu_percent, th.interval_s);
        const auto share = [&](const std::optional<double>& p) { return p ? fmt::format("{:.1f}", *p) : ""; };
        if (th.interval_s <= 0) out += "CPU % is of the time since each thread began.\n\n";
        MarkdownTable busiest({"busiest thread", "kind", ">CPU %", ">CPU s", ">stack KiB resident", ">tid"});
        for (std::size_t i = 0; i < std::min(th.threads.size(), most_threads); ++i) {
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
        return out + pools.text() + left_out(th.pools, shown, "names of threads", [](const TicketPool& p) {
                   return p.stack_resident;
               });
    }

    [[nodiscard]] std::string history() const {
        if (!t_.history) return {};
        TextStyle style;
        const std::string text = trend_report(*t_.history, {}, style);
        return code_block(cut_bytes(text, 8'000));
    }

    static void facts(std::string& out, const std::vector<TicketFact>& facts) {
        MarkdownTable table({"what", "value"});
        for (std::size_t i = 0; i < std::min(facts.size(), most_facts); ++i)
            table.row({facts[i].name, prose(facts[i].value, Place::cell, 300)});
        out += table.text();
    }

    [[nodiscard]] std::string limits() const {
        std::string out;
        if (t_.container) {
            for (const std::string& sentence : container_sentences(*t_.container))
                out += prose(sentence) + "\n";
            out += "\n";
        } else {
            out += "No memory cgroup could be read.\n\n";
        }
        facts(out, t_.limits);
        return out;
    }

    [[nodiscard]] std::string versions() const {
        std::string out;
        facts(out, t_.versions);
        if (!t_.command.empty())
            out += "Command line:\n\n" + code_block(cut_bytes(t_.command, 3'000), "", 3'000);
        std::string flags;
        for (std::size_t i = 0; i < std::min(t_.flags.size(), most_flags); ++i)
            flags += cut_bytes(t_.flags[i], 200) + "\n";
        if (t_.flags.size() > most_flags)
            flags += fmt::format("({} more are left out)\n", t_.flags.size() - most_flags);
        if (!flags.empty()) out += "Options of the JVM as they were given:\n\n" + code_block(flags);
        return out;
    }

    [[nodiscard]] std::string missing() const {
        MarkdownTable table({"what", "why", "next step"});
        const std::size_t shown = std::min(t_.missing.size(), most_missing);
        for (std::size_t i = 0; i < shown; ++i) {
            const MissingDocument& m = t_.missing[i];
            table.row({name_cell(m.what), prose(m.why, Place::cell, 300), prose(m.hint, Place::cell, 300)});
        }
        if (table.empty()) return "Nothing: every question had its answer.\n\n";
        return table.text() + (t_.missing.size() > shown
                                   ? fmt::format("{} more are left out.\n\n", t_.missing.size() - shown)
                                   : std::string());
    }

    [[nodiscard]] std::string notes() const {
        std::string out;
        for (std::size_t i = 0; i < std::min(t_.notes.size(), most_notes); ++i)
            out += "- " + prose(t_.notes[i], Place::line, 600) + "\n";
        if (!out.empty()) out += "\n";
        facts(out, t_.taken);
        return out;
    }

    [[nodiscard]] std::string files() const {
        MarkdownTable table({"file", ">resident MiB", "owner"});
        const std::size_t shown = std::min(t_.files.size(), most_files);
        for (std::size_t i = 0; i < shown; ++i)
            table.row({code_span(t_.files[i].name, Place::cell, 240), in_mib(t_.files[i].resident),
                       name_cell(t_.files[i].owner)});
        return table.text() +
               left_out(t_.files, shown, "files", [](const TicketFile& f) { return f.resident; });
    }

    [[nodiscard]] std::string reproduce() const {
        std::string text;
        for (std::size_t i = 0; i < std::min(t_.reproduce.size(), most_commands); ++i)
            text += fmt::format("# {}\n{}\n", t_.reproduce[i].what, t_.reproduce[i].command);
        return text.empty() ? std::string() : code_block(text, "sh");
    }

    const Ticket& t_;
    std::string out_;
    std::string left_out_;
};

}  // namespace

std::string markdown_report(const Ticket& ticket) {
    return MarkdownReport(ticket).write();
}

}  // namespace nmtx
