// `nmtx malloc`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/lines.h"
#include "base/printable.h"
#include "findings/knowledge/allocator_advice.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/malloc_parts.h"
#include "ledger/partition/untracked_owners.h"
#include "report/parts/malloc_notes.h"
#include "report/parts/notes.h"
#include "report/reconciliation/holders_text.h"
#include "report/reconciliation/owners_text.h"
#include "report/reconciliation/report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_lines = 8;  // of each table, where not all are asked for

std::string mib_or_dash(Bytes bytes) {
    return bytes == Bytes() ? "-" : in_mib(bytes);
}

// What fills a bar, in this order.
struct Fill {
    std::string_view name;
    std::string_view glyph;
    std::string_view letter;  // where there is only ASCII
};
constexpr std::array fills{Fill{"tracked by NMT", "█", "#"}, Fill{"not in NMT", "▓", "u"},
                           Fill{"free", "░", "."}, Fill{"not resident", "·", "_"}};

class MallocReport {
  public:
    MallocReport(const Moment& moment, const ReportOptions& options, const TextStyle& style)
        : view_(*moment.view),
          ledger_(*moment.ledger),
          style_(style),
          all_(options.all),
          most_(options.all ? static_cast<std::size_t>(-1) : most_lines) {}

    std::string print() {
        out_ += target_line(view_, style_, rss_text(ledger_)) + "\n";
        std::string head = paragraph(
            fmt::format("malloc has {} MiB resident, {} % of RSS{}", in_mib(ledger_.malloc.resident),
                        percent(ledger_.malloc.resident, ledger_.rss), summary()),
            style_, 2);
        head.pop_back();
        out_ += title(head, style_) + "\n";
        if (const std::string most = most_of_it(); !most.empty()) say(most);
        out_ += "\n";
        if (const MallocWalk* walk = view_.walk()) {
            told_apart_ = !walk->headers.empty();
            print(*walk);
        } else {
            print_without();
        }
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }
    // A sentence below a table, indented as the table is.
    void say_below(std::string_view text) {
        TextStyle narrower = style_;
        narrower.width -= std::min<std::size_t>(style_.width, 2);
        const std::string folded = paragraph(text, narrower, 2);
        for (Lines lines(folded); lines.next();) add("  " + std::string(lines.line()));
    }
    [[nodiscard]] std::string_view live_name() const { return told_apart_ ? "not in NMT" : "in use"; }

    // ": 23.9 not tracked by NMT, 14.4 tracked, 1.1 freed but retained by glibc."
    [[nodiscard]] std::string summary() const {
        const auto& parts = ledger_.malloc.parts;
        if (!parts) return ".";
        const std::string live = parts->told_apart
                                     ? fmt::format("{} not tracked by NMT, {} tracked",
                                                   in_mib(parts->untracked), in_mib(parts->tracked))
                                     : fmt::format("{} in use", in_mib(parts->untracked));
        return fmt::format(": {}, {} freed but retained by glibc.", live, in_mib(parts->free));
    }

    [[nodiscard]] std::string most_of_it() const {
        const MallocWalk* const walk = view_.walk();
        const auto largest = walk == nullptr ? std::nullopt : largest_untracked(*walk);
        if (!largest) return "";
        const bool told_apart = ledger_.malloc.parts && ledger_.malloc.parts->told_apart;
        return largest_sentence(*largest, walk->live_untracked().resident,
                                told_apart ? "what NMT does not track" : "what is in use");
    }

    void print(const MallocWalk& walk) {
        owners(walk);
        if (walk.holders) out_ += holders_text(walk, most_, style_) + "\n";
        totals(walk);
        arenas(walk);
        sizes(walk);
        if (told_apart_ && all_) categories();
        notes(walk);
    }

    void total(std::string_view name, const ChunkSum& sum, const MallocWalk& walk) {
        if (sum == ChunkSum{}) return;
        add(fmt::format("  {} {:>13} {:>11} {:>11} {:>9} {:>7}", padded(name, 28), grouped(sum.blocks),
                        in_mib(sum.bytes), in_mib(sum.resident),
                        mib_or_dash(minus_or_zero(sum.bytes, sum.resident)),
                        percent(sum.resident, walk.resident())));
    }

    void totals(const MallocWalk& walk) {
        add(fmt::format("  {} {:>13} {:>11} {:>11} {:>9} {:>7}", padded("malloc's memory, MiB", 28), "blocks",
                        "bytes", "resident", "not res.", "%"));
        if (told_apart_) total("in use, tracked by NMT", walk.live_tracked(), walk);
        total(told_apart_ ? "in use, not in NMT" : "in use", walk.live_untracked(), walk);
        total("free: tcache", walk.of_arenas(&ArenaFigures::tcache), walk);
        total("free: fastbins", walk.of_arenas(&ArenaFigures::fast), walk);
        total("free: bins", walk.of_arenas(&ArenaFigures::binned), walk);
        total("free: top", walk.of_arenas(&ArenaFigures::top), walk);
        total("overhead", walk.of_arenas(&ArenaFigures::overhead), walk);
        add(fmt::format("  {} {:>13} {:>11} {:>11} {:>9} {:>7}", padded("not analysed", 28), "", "",
                        in_mib(walk.not_walked()), "", percent(walk.not_walked(), walk.resident())));
        add(fmt::format("  {} {:>13} {:>11} {:>11}", padded("total analysed", 28), "", "",
                        in_mib(walk.resident())));
        out_ += "\n";
    }

    void legend() {
        if (!bars()) return;
        std::string text = "  bars, of each arena:";
        for (const Fill& fill : fills) {
            if (!told_apart_ && fill.letter == "#") continue;
            text += fmt::format("  {} {}", style_.unicode ? fill.glyph : fill.letter,
                                fill.letter == "u" ? live_name() : fill.name);
        }
        add(text);
    }

    [[nodiscard]] bool bars() const { return style_.bars && style_.width >= 90; }

    // Cells by the running sum, so that the bar is as long as the whole whatever is rounded.
    [[nodiscard]] std::string bar(const ArenaFigures& arena) const {
        constexpr std::size_t cells = 30;
        if (!bars()) return "";
        const Bytes used = arena.tracked.resident + arena.untracked.resident + arena.free().resident;
        const Bytes whole = std::max(arena.system, used);
        const std::array parts{arena.tracked.resident, arena.untracked.resident, arena.free().resident,
                               minus_or_zero(whole, used)};
        std::string drawn = "  ";
        long double sum = 0;
        std::size_t done = 0;
        for (std::size_t i = 0; i < parts.size() && whole != Bytes(); ++i) {
            sum += static_cast<long double>(parts[i].value());
            const auto to =
                static_cast<std::size_t>(std::lround(sum / static_cast<long double>(whole.value()) * cells));
            for (; done < std::min(to, cells); ++done)
                drawn += style_.unicode ? fills[i].glyph : fills[i].letter;
        }
        return drawn;
    }

    void arenas(const MallocWalk& walk) {
        if (walk.arenas.empty()) return;
        std::vector<const ArenaFigures*> order;
        order.reserve(walk.arenas.size());
        for (const ArenaFigures& arena : walk.arenas) order.push_back(&arena);
        std::stable_sort(order.begin(), order.end(), [](const ArenaFigures* a, const ArenaFigures* b) {
            return a->main != b->main ? a->main : a->resident > b->resident;
        });
        add(fmt::format("  {} {:>5} {:>8} {:>8} {:>8} {:>10} {:>8}", padded("arenas, MiB", 13), "heaps",
                        "system", "resident", told_apart_ ? "tracked" : "", live_name(), "free"));
        for (std::size_t i = 0; i < std::min(order.size(), most_); ++i) {
            const ArenaFigures& arena = *order[i];
            const std::string name = arena.main ? "main" : fmt::format("{:x}", arena.state.value);
            add(fmt::format("  {} {:>5} {:>8} {:>8} {:>8} {:>10} {:>8}{}", padded(name, 13), arena.heaps,
                            in_mib(arena.system), in_mib(arena.resident),
                            told_apart_ ? mib_or_dash(arena.tracked.resident) : "",
                            mib_or_dash(arena.untracked.resident), mib_or_dash(arena.free().resident),
                            bar(arena)));
        }
        more(order.size());
        legend();
        mmapped(walk);
        out_ += "\n";
    }

    void mmapped(const MallocWalk& walk) {
        const ChunkSum all = ChunkSum(walk.mmapped_tracked) += walk.mmapped_untracked;
        if (all == ChunkSum{} && !walk.mmapped_expected) return;
        const Bytes found = mmapped_found(walk);
        std::string text = fmt::format("Large blocks with their own mapping: {}, {} MiB, {} MiB resident",
                                       grouped(all.blocks), in_mib(found), in_mib(all.resident));
        if (told_apart_)
            text += fmt::format(" ({} MiB tracked by NMT)", in_mib(walk.mmapped_tracked.resident));
        if (walk.mmapped_expected) {
            text +=
                *walk.mmapped_expected == found
                    ? " (matches glibc's counter)"
                    : fmt::format(" (glibc's counter has {} MiB, {} bytes)", in_mib(*walk.mmapped_expected),
                                  grouped(difference(*walk.mmapped_expected, found)));
        }
        say_below(text);
    }

    void more(std::size_t all) {
        if (all > most_) add(fmt::format("  {} more (--all)", all - most_));
    }

    void sizes(const MallocWalk& walk) {
        if (walk.sizes.empty()) return;
        const Bytes whole = walk.live_untracked().bytes;
        add(fmt::format("  {} {:>13} {:>11} {:>7}", padded(fmt::format("block sizes, {}", live_name()), 28),
                        "blocks", "MiB", "%"));
        for (std::size_t i = 0; i < std::min(walk.sizes.size(), most_); ++i) {
            const SizeClass& size = walk.sizes[i];
            const std::string name =
                size.block == Bytes() ? "other sizes" : fmt::format("{:>15} B", grouped(size.block.value()));
            std::string drawn;
            if (bars() && whole != Bytes()) {
                const auto share = static_cast<long double>(size.chunks.bytes.value()) /
                                   static_cast<long double>(whole.value());
                const auto cells = static_cast<std::size_t>(std::lround(std::min(share, 1.0L) * 30));
                for (std::size_t c = 0; c < cells; ++c) drawn += style_.unicode ? "█" : "#";
            }
            add(fmt::format("  {} {:>13} {:>11} {:>7}  {}", padded(name, 28), grouped(size.chunks.blocks),
                            in_mib(size.chunks.bytes), percent(size.chunks.bytes, whole), drawn));
        }
        more(walk.sizes.size());
        out_ += "\n";
    }

    void owners(const MallocWalk& walk) {
        if (walk.untracked.empty()) return;
        out_ += owners_text(walk, live_name(), most_, style_);
        if (!walk.holders && not_attributed(walk).value() > walk.live_untracked().resident.value() / 10)
            say_below(fmt::format(
                "Find what holds them, in the Java heap and elsewhere (slower): nmtx malloc {} --owners",
                view_.header.pid));
        out_ += "\n";
    }

    void categories() {
        const std::vector<TrackedCheck> checks = check_tracked(view_);
        if (checks.empty()) return;
        add(fmt::format("  {} {:>12} {:>15} {:>15} {:>12}", padded("NMT's blocks, bytes", 26), "blocks",
                        "found", "NMT counts", "difference"));
        for (const TrackedCheck& check : checks) {
            add(fmt::format("  {} {:>12} {:>15} {:>15} {:>12}", padded(check.name, 26), grouped(check.blocks),
                            grouped(check.requested.value()), check.nmt ? grouped(check.nmt->value()) : "-",
                            check.difference ? grouped(*check.difference) : "-"));
        }
        if (view_.nmt && view_.nmt->unit != Bytes(1)) say_below("This JDK reports NMT in KB.");
        out_ += "\n";
    }

    void notes(const MallocWalk& walk) {
        std::string how = allocator_name(walk);
        if (!walk.layout.empty()) how += fmt::format(" (layout {})", walk.layout);
        if (told_apart_) {
            how += fmt::format("; NMT blocks identified by {}.", walk.headers);
        } else if (walk.live_untracked().blocks == 0) {
            how += "; no block in use was analysed.";
        } else if (view_.vm == Vm::hotspot) {
            how += "; no block has an NMT header, so the JVM's blocks are among those in use.";
        } else {
            how += ".";
        }
        say(how);
        const auto took = view_.took_ms(document::malloc_walk);
        const std::string time = took ? fmt::format(" in {:.0f} ms", *took) : "";
        if (walk.frozen) {
            say(fmt::format("Analysed a copy{}; the target was stopped for {:.1f} ms while it was made.",
                            time, walk.stood_still_ms));
        } else {
            // What is missing by the half is so by a limit.
            const bool little = walk.not_walked().value() <= walk.resident().value() / 2;
            say(fmt::format("Analysed while running{}; {} % unaccounted{}.", time,
                            walk.resident() == Bytes() ? "0.0" : percent(walk.not_walked(), walk.resident()),
                            little ? " (use --freeze for an exact snapshot)" : ""));
        }
        for (const std::string& note : walk.notes) say(note);
        if (const AllocatorAdvice* advice = advice_on_allocator(walk.allocator))
            say(std::string(advice->text));
    }

    // What the mappings show.
    void print_without() {
        add(fmt::format("  {} {:>11}  {}", padded("malloc's mappings, MiB", 36), "resident", "evidence"));
        for (const Row& row : ledger_.rows) {
            if (!is_below(row.path, owner_path::malloc) || row.resident == Bytes()) continue;
            add(fmt::format("  {} {:>11}  {}", padded(row.path, 36), in_mib(row.resident), row.evidence));
        }
        out_ += "\n";
        const std::string why = no_walk_text(view_);
        if (!view_.malloc_walk) {
            say(why);
            return;
        }
        const MallocWalk& walk = *view_.malloc_walk;
        if (!walk.allocator.empty()) say(fmt::format("Allocator: {}.", allocator_name(walk)));
        say(why);
        for (const std::string& note : walk.notes) say(note);
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    const TextStyle& style_;
    bool all_;
    std::size_t most_;
    bool told_apart_ = false;
    std::string out_;
};

}  // namespace

std::string malloc_report(const Moment& moment, const ReportOptions& options, const TextStyle& style) {
    return MallocReport(moment, options, style).print();
}

}  // namespace nmtx
