// `nmtx PID`: the verdict, one table that sums to RSS, what NMT does not track, notes. Details below.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/printable.h"
#include "findings/judgement/judgement.h"
#include "report/parts/container_text.h"
#include "report/parts/findings_text.h"
#include "report/parts/gap_text.h"
#include "report/parts/malloc_notes.h"
#include "report/parts/notes.h"
#include "report/parts/verdict_text.h"
#include "report/reconciliation/details_text.h"
#include "report/reconciliation/report.h"
#include "report/reconciliation/screen_rows.h"

namespace nmtx {
namespace {

std::string tenths(std::uint64_t value, Bytes bytes) {
    if (value == 0 && bytes != Bytes()) return "<0.1";
    return fmt::format("{}.{}", value / 10, value % 10);
}

// The columns of the table. *resident* is the last one that a narrow terminal loses.
struct Columns {
    std::size_t name = 30;
    bool share = true;
    std::size_t room = 0;  // behind the share, for bars and remarks
};

Columns columns_of(const TextStyle& style) {
    constexpr std::size_t resident = 10, share = 8, blanks = 2;
    Columns columns;
    columns.share = style.width >= 48;
    const std::size_t figures = resident + blanks + (columns.share ? share : 0);
    columns.name = std::clamp<std::size_t>(style.width > figures ? style.width - figures : 0, 8, 30);
    const std::size_t taken = figures + columns.name + 2;
    columns.room = style.width > taken ? style.width - taken : 0;
    return columns;
}

// A list that is too long for its room ends in what still fits whole.
std::string shortened(std::string text, std::size_t room) {
    if (display_width(text) <= room) return text;
    while (display_width(text) + 3 > room) {
        const std::size_t comma = text.rfind(", ");
        if (comma == std::string::npos) return fit(text, room);
        text.erase(comma);
    }
    return text + ", …";
}

class Screen {
  public:
    Screen(const Account& account, const ReportOptions& options, const TextStyle& style)
        : account_(account),
          view_(account.view()),
          ledger_(account.ledger()),
          options_(options),
          style_(style),
          columns_(columns_of(style)) {}

    std::string print() {
        target();
        if (!account_.judged.findings.empty()) out_ += verdict_text(account_.judged, style_, options_) + "\n";
        table();
        coverage();
        gap();
        // Only if measured on request; averages since start are not useful here.
        if (!options_.all && account_.threads && account_.threads->interval_s > 0)
            out_ += "\n" + threads_lines(account_, style_);
        notes();
        next();
        if (options_.all) out_ += "\n" + details_text(account_, style_);
        if (options_.maps) out_ += "\n" + mappings_text(account_, style_);
        return with_verdict_last(std::move(out_), verdict_line(account_.judged, style_), style_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    void target() { out_ += target_line(view_, style_, rss_text(ledger_)) + "\n"; }

    [[nodiscard]] std::string bar(Bytes part) const {
        if (!style_.bars || columns_.room < 12 || ledger_.rss == Bytes()) return "";
        const std::size_t most = std::min<std::size_t>(columns_.room, 36);
        const std::uint64_t halves =
            part.value() / 1024 * most * 2 / std::max<std::uint64_t>(ledger_.rss.value() / 1024, 1);
        std::string drawn;
        for (std::size_t i = 0; i < std::min<std::size_t>((halves + 1) / 2, most); ++i)
            drawn += style_.unicode ? "█" : "#";
        return drawn;
    }

    void row(std::string_view name, std::string_view resident, std::string_view share,
             std::string_view behind) {
        std::string text = fmt::format("  {}{:>10}", padded(name, columns_.name), resident);
        if (columns_.share) text += fmt::format("{:>8}", share);
        if (!behind.empty() && columns_.room >= 12)
            text += fmt::format("  {}", shortened(std::string(behind), columns_.room));
        add(text);
    }

    static std::vector<Bytes> residents(const std::vector<ScreenRow>& rows) {
        std::vector<Bytes> bytes;
        bytes.reserve(rows.size());
        for (const ScreenRow& row : rows) bytes.push_back(row.resident);
        return bytes;
    }

    // The row that may take what rounding leaves: never what is unexplained.
    static std::optional<std::size_t> rest_of(const std::vector<ScreenRow>& rows) {
        const auto other =
            std::find_if(rows.begin(), rows.end(), [](const ScreenRow& row) { return row.name == "other"; });
        if (other == rows.end()) return std::nullopt;
        return static_cast<std::size_t>(other - rows.begin());
    }

    void table() {
        const std::vector<ScreenRow> rows = screen_rows(account_.moment, options_.all);
        const std::uint64_t whole = tenths_of(ledger_.rss);
        const auto figures = tenths_that_sum(residents(rows), whole, rest_of(rows));
        const auto shares = percents_that_sum(residents(rows), ledger_.rss);
        const std::string heading = fmt::format("Where the {} MiB are", tenths(whole, ledger_.rss));
        std::string head = fmt::format("{}{:>10}", padded(heading, columns_.name + 2), "MiB");
        if (columns_.share) head += fmt::format("{:>8}", "share");
        out_ += title(fit(head, style_.width), style_) + "\n";
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string drawn = bar(rows[i].resident);
            const std::string between = drawn.empty() || rows[i].remark.empty() ? "" : "  ";
            row(rows[i].name, tenths(figures[i], rows[i].resident), fmt::format("{} %", shares[i]),
                drawn + between + rows[i].remark);
            const auto parts = tenths_that_sum(residents(rows[i].parts), figures[i], rest_of(rows[i].parts));
            for (std::size_t k = 0; k < rows[i].parts.size(); ++k) {
                const ScreenRow& part = rows[i].parts[k];
                row("  " + part.name, tenths(parts[k], part.resident), "", part.remark);
            }
        }
        const std::string again =
            ledger_.mapped_again == Bytes()
                ? "every byte counted once"
                : fmt::format("the heap is mapped several times: true RSS {}", in_mib(ledger_.rss_true()));
        row("total (RSS)", tenths(whole, ledger_.rss), "100 %", again);
    }

    // Emphasised, because it is the figure that most readers look for.
    void gap() {
        std::string text = gap_text(ledger_, options_.all);
        if (!text.empty()) {
            text = paragraph(text, style_, 2);
            const std::size_t colon = text.find(':');
            const std::size_t end = text.find(" MiB", colon == std::string::npos ? 0 : colon);
            const bool in_first_line = end < text.find('\n') && text.starts_with(gap_name);
            out_ += in_first_line ? title(text.substr(0, end + 4), style_) + text.substr(end + 4) : text;
        }
        if (const std::string usual = subtraction_text(ledger_); !usual.empty()) say(usual);
    }

    // The same on every screen, whatever the verdict.
    void coverage() {
        if (ledger_.rss != Bytes()) say(coverage_sentence(account_.judged.assessment.percent));
    }

    // Notes that cost lines and answer nothing where nothing is wrong.
    [[nodiscard]] bool on_screen(const Finding& finding) const {
        if (options_.all) return true;
        if (finding.rule == "untouched-commit") return !ledger_.gap.classic;  // the line on the gap has it
        if (finding.rule == "zgc-multi-map") return false;  // the first line and the total have it
        if (finding.rule != "page-cache" || !account_.container) return true;
        const ContainerUse& use = *account_.container;
        return use.figures.limit.has_value() || (finding.bytes && finding.bytes == use.shmem_of_others);
    }

    void notes() {
        const std::size_t before = out_.size();
        every_note();
        if (out_.size() > before) out_.insert(before, "\n");
    }

    void every_note() {
        for (const Finding& finding : notes_below_verdict(account_.judged)) {
            if (on_screen(finding)) out_ += findings_text({&finding, 1}, options_, style_);
        }
        if (account_.container && account_.container->figures.limit && !options_.all)
            say(container_sentences(*account_.container).front());
        const NoteDepth depth = options_.all ? NoteDepth::all : NoteDepth::screen;
        for (const std::string& note : notes_on_evidence(account_.moment, depth)) {
            if (!options_.all && note.starts_with(malloc_not_analysed) && verdict_says_why()) continue;
            say(note);
        }
    }

    // Its first sentence and first step, then, are about malloc that was not analysed.
    [[nodiscard]] bool verdict_says_why() const {
        const Finding* const first =
            account_.judged.findings.empty() ? nullptr : &account_.judged.findings.front();
        return first != nullptr && first->rule == "undecided" &&
               first->title.find("was not analysed") != std::string::npos;
    }

    void next() {
        const std::string cost = cost_text(view_);
        if (view_.header.pid == 0 || view_.vm == Vm::none) {
            if (!cost.empty()) say(cost);
            return;
        }
        const std::uint64_t pid = view_.header.pid;
        const std::string all = options_.all ? "" : fmt::format(", nmtx {} --all", pid);
        say(fmt::format("More: nmtx malloc {}, nmtx threads {}{}. {}", pid, pid, all, cost));
    }

    const Account& account_;
    const ProcessView& view_;
    const Ledger& ledger_;
    const ReportOptions& options_;
    const TextStyle& style_;
    const Columns columns_;
    std::string out_;
};

}  // namespace

std::string text_report(const Account& account, const ReportOptions& options, const TextStyle& style) {
    return Screen(account, options, style).print();
}

}  // namespace nmtx
