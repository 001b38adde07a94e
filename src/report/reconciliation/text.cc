#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/figures/container.h"
#include "findings/judgement/judgement.h"
#include "ledger/claims/claims.h"
#include "report/parts/container_text.h"
#include "report/parts/findings_text.h"
#include "report/parts/notes.h"
#include "report/parts/shares.h"
#include "report/parts/verdict_text.h"
#include "report/reconciliation/report.h"
#include "report/threads/threads_report.h"

namespace nmtx {
namespace {

constexpr std::size_t name_width = 26;
constexpr std::size_t remark_at = name_width + 27;  // the column of remarks behind the shares

std::string bar(Bytes part, Bytes whole, const TextStyle& style) {
    constexpr std::size_t most = 40;
    if (!style.bars || whole == Bytes() || style.width < 90) return "";
    const std::uint64_t halves =
        part.value() / 1024 * most * 2 / std::max<std::uint64_t>(whole.value() / 1024, 1);
    const auto cells = static_cast<std::size_t>((halves + 1) / 2);
    std::string drawn;
    for (std::size_t i = 0; i < std::min(cells, most); ++i) drawn += style.unicode ? "█" : "#";
    return drawn.empty() ? "" : "  " + drawn;
}

class TextReport {
  public:
    TextReport(const Account& account, const ReportOptions& options, const TextStyle& style)
        : account_(account),
          view_(account.view()),
          ledger_(account.ledger()),
          options_(options),
          style_(style) {}

    std::string print() {
        target();
        out_ += verdict_text(account_.judged, style_) + "\n";
        shares();
        areas();
        threads();
        if (account_.container) out_ += container_text(*account_.container, style_) + "\n";
        if (options_.all) {
            owners();
            files();
            steps();
        }
        if (options_.maps) maps();
        out_ += findings_text(account_.judged.findings, options_, style_) + "\n";
        notes();
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }

    void target() { out_ += target_line(view_, style_) + "\n"; }

    void shares() {
        const std::string_view counted = style_.width >= 72 ? ": the heap is mapped several times" : "";
        const std::string truth =
            ledger_.mapped_again == Bytes()
                ? ""
                : fmt::format("  (true RSS {} MiB{})", in_mib(ledger_.rss_true()), counted);
        const std::string total = fit(fmt::format("RSS {} MiB{}", in_mib(ledger_.rss), truth), style_.width);
        out_ += title(total, style_) + "\n";
        for (const Share& share :
             shares_of(account_.moment, style_.width - std::min(style_.width, remark_at))) {
            add(fmt::format("  {} {:>9} MiB  {:>5} %{}", padded(share.name, name_width),
                            in_mib(share.resident), percent(share.resident, ledger_.rss),
                            bar(share.resident, ledger_.rss, style_)));
            for (const SharePart& part : share.parts)
                add(fmt::format("    {} {:>9}               {}", padded(part.name, name_width - 2),
                                in_mib(part.resident), part.remark));
        }
        out_ += "\n";
    }

    void area_line(std::string_view name, const std::optional<Bytes>& reserved,
                   const std::optional<Bytes>& committed, const std::optional<Bytes>& resident,
                   std::string_view remark) {
        const auto cell = [](const std::optional<Bytes>& bytes) {
            return bytes ? in_mib(*bytes) : std::string();
        };
        add(fmt::format("  {} {:>11} {:>11} {:>11}{}", padded(name, name_width), cell(reserved),
                        cell(committed), cell(resident), remark));
    }

    // Reserved, committed and resident side by side.
    void areas() {
        constexpr std::size_t most = 10;
        const std::vector<Area> areas = areas_of(ledger_);
        if (areas.empty()) return;
        add(fmt::format("  {} {:>11} {:>11} {:>11}", padded("JVM areas, MiB", name_width), "reserved",
                        "committed", "resident"));
        std::size_t shown = 0;
        std::size_t left = 0;
        Bytes left_resident;
        for (const Area& area : areas) {
            if (!options_.all && shown >= most) {
                ++left;
                left_resident += area.resident;
                continue;
            }
            ++shown;
            const auto resident = area.located ? std::optional(area.resident) : std::nullopt;
            area_line(area.name, area.reserved, area.committed, resident, area_remark(area));
            if (!options_.all || area.parts.size() < 2) continue;
            for (const Row* part : area.parts) {
                const std::size_t behind = 4 + area.name.size() + 1;
                const std::string name = part->path.size() > behind ? part->path.substr(behind) : "other";
                area_line("  " + name, {}, {}, part->resident, "");
            }
        }
        if (left > 0) area_line(fmt::format("{} more (--all)", left), {}, {}, left_resident, "");
        out_ += "\n";
    }

    [[nodiscard]] std::string area_remark(const Area& area) const {
        std::string remark;
        if (area.name == "java heap" && ledger_.mapped_again != Bytes()) {
            remark = fmt::format("   {} of it mapped again", in_mib(ledger_.mapped_again));
        }
        if (area.name == "thread stack") remark = fmt::format("   {} stacks", area.parts.front()->pieces);
        if (area.estimated) remark += "   estimated";
        if (!area.located) remark += "   not located";
        return remark;
    }

    // How many, what their stacks cost, and who has had the CPU; more is `nmtx threads`.
    void threads() {
        if (!account_.threads || account_.threads->rows.empty()) return;
        constexpr std::size_t busiest = 3;
        add(fmt::format("  {}; stacks {} MiB reserved, {} resident",
                        threads_by_kind(view_, *account_.threads),
                        in_mib(account_.threads->totals.stacks_reserved),
                        in_mib(account_.threads->totals.stacks_resident)));
        const std::string since = account_.threads->interval_s > 0
                                      ? fmt::format("over {:.1f} s", account_.threads->interval_s)
                                      : std::string("since it began");
        for (const ThreadRow* row : busiest_threads(*account_.threads, busiest)) {
            const std::string share =
                row->cpu_percent ? fmt::format("{:.1f} % {}", *row->cpu_percent, since) : since;
            add(fmt::format("    {} {:>9.2f} s CPU         {}", padded(printable(row->name), name_width - 2),
                            row->cpu_seconds, share));
        }
        out_ += "\n";
    }

    void owners() {
        add(fmt::format("{:>12} {:>8}  {} {}", "resident KiB", "% of RSS", padded("owner", 34), "evidence"));
        for (const Row& row : ledger_.rows) {
            add(fmt::format("{:>12} {:>8}  {} {}{}", row.resident.value() / 1024,
                            percent(row.resident, ledger_.rss), padded(row.path, 34),
                            row.evidence.empty() ? "-" : row.evidence, row.estimated ? ", estimated" : ""));
        }
        out_ += "\n";
    }

    void files() {
        add(fmt::format("{:>12} {:>8}  {}", "resident KiB", "% of RSS", "file"));
        for (const FileUse& file : files_by_size(ledger_, view_, static_cast<std::size_t>(-1))) {
            add(fmt::format("{:>12} {:>8}  {}", file.resident.value() / 1024,
                            percent(file.resident, ledger_.rss),
                            fit(printable(file.name), style_.width > 40 ? style_.width - 24 : 16, true)));
        }
        out_ += "\n";
    }

    // The parts of a report are of different moments: which ones.
    void steps() {
        if (view_.steps.empty()) return;
        add(fmt::format("{:>10} {:>10}  {}", "at ms", "took ms", "read"));
        for (const Step& step : view_.steps)
            add(fmt::format("{:>10.1f} {:>10.1f}  {}", step.at_ms, step.took_ms, step.document));
        out_ += "\n";
    }

    void maps() {
        add(fmt::format("{:<33} {:>4} {:>10} {:>10}  {}", "address", "", "KiB", "resident", "owner"));
        for (const Piece& piece : ledger_.pieces) {
            const Mapping& mapping = view_.smaps->mappings[piece.mapping];
            const bool silent = piece.claim.owner == unexplained_owner && piece.resident == Bytes();
            out_ += printable(fmt::format(
                        "{:016x}-{:016x} {:>4} {:>10} {:>10}  {}{}{}{}", piece.range.begin.value,
                        piece.range.end.value, mapping.protection.text(), piece.range.size().value() / 1024,
                        piece.resident.value() / 1024, silent ? "-" : ledger_.owners.path(piece.claim.owner),
                        piece.claim.estimated ? " (estimated)" : "", mapping.name.empty() ? "" : "  ",
                        mapping.name)) +
                    "\n";
        }
        out_ += "\n";
    }

    void notes() {
        for (const std::string& note : notes_of(account_.moment, options_.all))
            out_ += paragraph(note, style_, 2);
    }

    const Account& account_;
    const ProcessView& view_;
    const Ledger& ledger_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string text_report(const Account& account, const ReportOptions& options, const TextStyle& style) {
    return TextReport(account, options, style).print();
}

}  // namespace nmtx
