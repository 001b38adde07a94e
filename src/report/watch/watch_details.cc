#include "report/watch/watch_details.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/amounts.h"
#include "base/printable.h"
#include "findings/knowledge/glossary.h"
#include "ledger/owner_paths.h"
#include "report/watch/watch_rows.h"
#include "report/watch/watch_table.h"

namespace nmtx {
namespace {

std::optional<WatchRow> row_named(const std::vector<WatchRow>& rows, const std::string& name) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const WatchRow& one) { return one.name == name; });
    return row == rows.end() ? std::nullopt : std::optional(*row);
}

std::optional<WatchRow> selected_row(const WatchState& state, const WatchFigures& figures) {
    if (state.view == WatchView::threads)
        return row_named(thread_rows(*figures.all, state.sort), state.selected);
    if (state.view == WatchView::owners)
        return row_named(owner_rows(*figures.all, state.sort), state.selected);
    const WatchedChange& change = shown_change(state, figures);
    if (auto row = row_named(with_small_ones_as_one(malloc_rows(change, state.sort)), state.selected))
        return row;
    return row_named(with_small_ones_as_one(block_rows(change, state.sort)), state.selected);
}

std::string in_mib_or_nothing(const std::optional<Delta>& change) {
    if (!change) return "?";
    return change->value == 0 ? "no change" : change_in_mib(*change) + " MiB";
}

std::string change_text(const WatchRow& row, const WatchedChange& change) {
    const auto& seconds = change.since_start->seconds;
    std::string text = fmt::format("Change: {} since the start", in_mib_or_nothing(row.since_start));
    if (seconds) text += fmt::format(" ({})", human_seconds(*seconds));
    if (row.per_minute && *row.per_minute != 0)
        text += fmt::format(", {} MiB/min", rate_in_mib(*row.per_minute));
    return text + fmt::format("; {} since the last refresh.", in_mib_or_nothing(row.since_last));
}

void add_owner(const WatchRow& row, const Ledger& ledger, std::vector<std::string>& lines) {
    const auto found = std::find_if(ledger.rows.begin(), ledger.rows.end(),
                                    [&](const Row& one) { return one.path == row.path; });
    if (found != ledger.rows.end()) {
        if (!found->evidence.empty())
            lines.push_back(fmt::format("Source: {}{}.", printable(found->evidence),
                                        found->estimated ? "; partly estimated" : ""));
        lines.push_back(fmt::format("Address space: {} in {} {} with resident pages.", human(found->mapped),
                                    grouped(found->pieces), found->pieces == 1 ? "piece" : "pieces"));
        if (found->reserved && found->committed)
            lines.push_back(fmt::format("NMT category {}: reserved {}, committed {} by mmap.",
                                        found->nmt_category, human(*found->reserved),
                                        human(*found->committed)));
    }
    for (const GlossaryEntry* entry : entries_of_owner(row.path)) {
        lines.emplace_back();
        lines.push_back(fmt::format("{}: {}", entry->name, entry->what));
        if (!entry->grows.empty()) lines.push_back(fmt::format("Grows: {}", entry->grows));
        if (!entry->bound.empty()) lines.push_back(fmt::format("Bound: {}", entry->bound));
        if (!entry->look.empty()) lines.push_back(fmt::format("Look inside: {}", entry->look));
    }
}

// The word PID of a command becomes the process id.
void put_pid_in(std::vector<std::string>& lines, std::uint64_t pid) {
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    for (std::string& line : lines) {
        for (std::size_t at = line.find("PID"); at != std::string::npos; at = line.find("PID", at + 1)) {
            const bool word =
                (at == 0 || !letter(line[at - 1])) && (at + 3 == line.size() || !letter(line[at + 3]));
            if (word) line.replace(at, 3, std::to_string(pid));
        }
    }
}

}  // namespace

WatchText watch_details(const WatchState& state, const WatchFigures& figures) {
    if (!figures.all) return {};
    const auto row = selected_row(state, figures);
    if (!row) return {};
    const WatchedChange& change = shown_change(state, figures);
    const Bytes rss = change.now.ledger->rss;
    WatchText text{row->path.empty() ? row->name : row->path, {}, true};
    if (state.view == WatchView::threads) {
        text.lines.push_back(fmt::format("Threads: {} now, {} since the start, {} since the last refresh.",
                                         grouped(row->threads), grouped(Delta{row->threads_since_start}),
                                         grouped(Delta{row->threads_since_last})));
        text.lines.push_back(fmt::format("Stacks: {} resident.", human(row->resident)));
        if (row->cpu_percent)
            text.lines.push_back(
                fmt::format("CPU: {:.1f} % of one core since the last refresh.", *row->cpu_percent));
        text.lines.emplace_back("What they do: key d, or nmtx threads PID");
    } else {
        text.lines.push_back(
            fmt::format("Resident: {}, {} % of RSS.", human(row->resident), percent(row->resident, rss)));
        text.lines.push_back(change_text(*row, change));
        if (row->block)
            text.lines.push_back(fmt::format("Look inside: nmtx malloc PID --peek={}", row->block->value()));
        if (!row->path.empty()) add_owner(*row, *change.now.ledger, text.lines);
    }
    put_pid_in(text.lines, figures.pid);
    return text;
}

}  // namespace nmtx
