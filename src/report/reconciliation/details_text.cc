// The details below the first screen: every area, owner, file and mapping.
#include "report/reconciliation/details_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/figures/container.h"
#include "ledger/claims/claims.h"
#include "ledger/headline.h"
#include "report/parts/container_text.h"
#include "report/threads/threads_report.h"

namespace nmtx {
namespace {

constexpr std::size_t area_name_width = 26;

class Details {
  public:
    Details(const Account& account, const TextStyle& style)
        : account_(account), view_(account.view()), ledger_(account.ledger()), style_(style) {}

    std::string everything() {
        areas();
        threads();
        if (account_.container) out_ += container_text(*account_.container, style_) + "\n";
        owners();
        files();
        steps();
        return std::move(out_);
    }
    std::string only_threads() {
        threads();
        return std::move(out_);
    }
    std::string every_mapping() {
        maps();
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }

    void area_line(std::string_view name, const std::optional<Bytes>& reserved,
                   const std::optional<Bytes>& committed, const std::optional<Bytes>& resident,
                   std::string_view remark) {
        const auto cell = [](const std::optional<Bytes>& bytes) {
            return bytes ? in_mib(*bytes) : std::string();
        };
        add(fmt::format("  {} {:>11} {:>11} {:>11}{}", padded(name, area_name_width), cell(reserved),
                        cell(committed), cell(resident), remark));
    }

    // Reserved, committed and resident side by side.
    void areas() {
        const std::vector<Area> areas = areas_of(ledger_);
        if (areas.empty()) return;
        add(fmt::format("  {} {:>11} {:>11} {:>11}", padded("JVM areas, MiB", area_name_width), "reserved",
                        "committed", "resident"));
        for (const Area& area : areas) {
            const auto resident = area.located ? std::optional(area.resident) : std::nullopt;
            area_line(area.name, area.reserved, area.committed, resident, area_remark(area));
            if (area.parts.size() < 2) continue;
            for (const Row* part : area.parts) {
                const std::size_t behind = 4 + area.name.size() + 1;
                const std::string name = part->path.size() > behind ? part->path.substr(behind) : "other";
                area_line("  " + name, {}, {}, part->resident, "");
            }
        }
        out_ += "\n";
    }

    [[nodiscard]] std::string area_remark(const Area& area) const {
        std::string remark;
        if (area.name == "java heap" && ledger_.mapped_again != Bytes()) {
            remark = fmt::format("   {} mapped again", in_mib(ledger_.mapped_again));
        }
        if (area.name == "thread stack") remark = fmt::format("   {} stacks", area.parts.front()->pieces);
        if (area.estimated) remark += "   estimated";
        if (!area.located) remark += "   address unknown";
        return remark;
    }

    // How many, what their stacks cost, and which had most CPU time; more is `nmtx threads`.
    void threads() {
        if (!account_.threads || account_.threads->rows.empty()) return;
        constexpr std::size_t busiest = 3;
        add(fmt::format("  {}; stacks {} MiB reserved, {} resident",
                        threads_by_kind(view_, *account_.threads),
                        in_mib(account_.threads->totals.stacks_reserved),
                        in_mib(account_.threads->totals.stacks_resident)));
        const std::string since = account_.threads->interval_s > 0
                                      ? fmt::format("over {:.1f} s", account_.threads->interval_s)
                                      : std::string("since start (avg)");
        for (const ThreadRow* row : busiest_threads(*account_.threads, busiest)) {
            const std::string share =
                row->cpu_percent ? fmt::format("{:.1f} % {}", *row->cpu_percent, since) : since;
            add(fmt::format("    {} {:>9.2f} s CPU         {}",
                            padded(printable(row->name), area_name_width - 2), row->cpu_seconds, share));
        }
        out_ += "\n";
    }

    // In bytes, so that what is printed sums to RSS exactly.
    void owners() {
        add(fmt::format("{:>16} {:>8}  {} {}", "resident bytes", "% of RSS", padded("owner", 34),
                        "evidence"));
        for (const Row& row : ledger_.rows) {
            add(fmt::format("{:>16} {:>8}  {} {}{}", grouped(row.resident.value()),
                            percent(row.resident, ledger_.rss), padded(row.path, 34),
                            row.evidence.empty() ? "-" : row.evidence, row.estimated ? ", estimated" : ""));
        }
        add(fmt::format("{:>16} {:>8}  {}", grouped(ledger_.rss.value()), "", "total (RSS)"));
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

    // The documents of a report were read one after the other.
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

    const Account& account_;
    const ProcessView& view_;
    const Ledger& ledger_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string details_text(const Account& account, const TextStyle& style) {
    return Details(account, style).everything();
}

std::string threads_lines(const Account& account, const TextStyle& style) {
    return Details(account, style).only_threads();
}

std::string mappings_text(const Account& account, const TextStyle& style) {
    return Details(account, style).every_mapping();
}

}  // namespace nmtx
