// The ticket as Markdown. Sections in order of importance; each has its own limit, and one that would make
// the whole too long is left out and named.
#include <fmt/format.h>

#include <algorithm>

#include "report/parts/container_text.h"
#include "report/style/style.h"
#include "report/ticket/markdown/markdown_parts.h"
#include "report/ticket/markdown/markdown_verdict.h"
#include "report/ticket/ticket.h"
#include "report/trend/trend_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_areas = 16, most_owners = 25, most_files = 8, most_flags = 80, most_missing = 24,
                      most_notes = 24, most_facts = 24, most_commands = 16;
constexpr std::size_t reserved_for_the_end = 1'500;

class MarkdownReport {
  public:
    explicit MarkdownReport(const Ticket& ticket) : t_(ticket) {}

    std::string write() {
        out_ = head();
        section("Where the memory is", shares() + paragraph(t_.coverage) + paragraph(t_.gap_text));
        section("Findings", findings_markdown(t_.findings));
        section("JVM areas", areas());
        section("Largest owners", owners());
        if (t_.malloc) section("malloc", malloc_markdown(*t_.malloc));
        if (t_.threads) section("Threads", threads_markdown(*t_.threads));
        section("History", history());
        section("Container and limits", limits());
        section("Versions and options", versions());
        section("Missing data", missing());
        section("Notes", notes());
        section("Largest files", files());
        section("Reproduce", reproduce());
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
        return fmt::format("## {}\n\n{}{}\n\nTaken {} by nmtx {}. {}\n\n", prose(t_.title, Place::line, 300),
                           verdict(), prose(t_.target, Place::line, 600), prose(t_.taken_at, Place::line, 40),
                           prose(t_.nmtx_version, Place::line, 40), prose(t_.redaction));
    }

    // Of the finding that carries it.
    [[nodiscard]] std::string verdict() const {
        if (t_.findings.empty()) return "";
        const TicketFinding& first = t_.findings.front();
        return fmt::format("Verdict: **{}**: {}\n\n", name_of(first), prose(first.title, Place::line, 400));
    }

    void end() {
        if (left_out_.empty()) return;
        out_ += fmt::format("Left out to keep the ticket short: {}. See `nmtx report capture.nmtx --all`.\n",
                            left_out_);
    }

    static std::string paragraph(const std::string& text) { return text.empty() ? "" : prose(text) + "\n\n"; }

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
                       : fmt::format("includes {} of heap pages mapped again", in_mib(t_.mapped_again))});
        return table.text();
    }

    [[nodiscard]] std::string areas() const {
        MarkdownTable table({"area", ">reserved MiB", ">committed MiB", ">resident MiB", "remark"});
        const std::size_t shown = std::min(t_.areas.size(), most_areas);
        for (std::size_t i = 0; i < shown; ++i) {
            const TicketArea& area = t_.areas[i];
            std::string remark = prose(area.remark, Place::cell, 200);
            if (area.estimated) remark += remark.empty() ? "estimated" : ", estimated";
            table.row({prose(area.name, Place::cell), mib_cell(area.reserved), mib_cell(area.committed),
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

    [[nodiscard]] std::string history() const {
        if (!t_.history) return {};
        const TextStyle style;
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
            out += "No memory cgroup was readable.\n\n";
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
        if (!flags.empty()) out += "JVM options as given:\n\n" + code_block(flags);
        return out;
    }

    [[nodiscard]] std::string missing() const {
        MarkdownTable table({"what", "why", "next step"});
        const std::size_t shown = std::min(t_.missing.size(), most_missing);
        for (std::size_t i = 0; i < shown; ++i) {
            const MissingDocument& m = t_.missing[i];
            table.row({name_cell(m.what), prose(m.why, Place::cell, 300),
                       m.hint.starts_with("nmtx ") ? code_span(m.hint, Place::cell, 300)
                                                   : prose(m.hint, Place::cell, 300)});
        }
        if (table.empty()) return "Nothing is missing.\n\n";
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
