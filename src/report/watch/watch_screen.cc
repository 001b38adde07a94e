#include "report/watch/watch_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/lines.h"
#include "base/printable.h"
#include "report/parts/notes.h"
#include "report/style/style.h"
#include "report/watch/watch_rows.h"
#include "report/watch/watch_table.h"

namespace nmtx {
namespace {

class Painter {
  public:
    Painter(const WatchState& state, const WatchFigures& figures) : state_(state), figures_(figures) {}

    WatchScreen paint() {
        const std::size_t height = state_.size.height;
        std::vector<ScreenLine> head = state_.shows_text() ? std::vector<ScreenLine>() : head_lines();
        // A heading, at least one row, and the keys have to be left.
        if (head.size() + 3 > height) head.resize(height < 3 ? 0 : height - 3);
        const WatchTable table = state_.shows_text() ? text_lines() : rows();
        screen_.lines = std::move(head);
        const std::size_t taken = screen_.lines.size() + 2;
        screen_.extent = {height > taken ? height - taken : 0, table.size()};
        const std::size_t last = screen_.extent.all - std::min(screen_.extent.all, screen_.extent.shown);
        screen_.scroll = std::min(state_.scroll, last);
        const std::size_t end = std::min(screen_.scroll + screen_.extent.shown, screen_.extent.all);
        screen_.lines.push_back(table.heading(position(end)));
        for (std::size_t i = screen_.scroll; i < end; ++i) screen_.lines.push_back(table.line(i));
        screen_.lines.resize(std::max<std::size_t>(height, 1) - 1);
        screen_.lines.push_back(keys());
        if (!state_.unicode) in_ascii();
        return std::move(screen_);
    }

  private:
    [[nodiscard]] std::size_t width() const { return state_.size.width; }
    [[nodiscard]] bool wide() const { return width() >= 72; }

    [[nodiscard]] std::string position(std::size_t end) const {
        if (screen_.extent.all <= screen_.extent.shown) return "";
        return fmt::format("{}-{} of {}", screen_.scroll + 1, end, screen_.extent.all);
    }

    // The most important first: what a low screen has no room for is cut off the end.
    std::vector<ScreenLine> head_lines() {
        std::vector<ScreenLine> lines;
        if (!figures_.all) {
            lines.push_back(one(fmt::format("pid {}", figures_.pid), ScreenLook::title));
            lines.push_back(one(figures_.alert.empty() ? "reading …" : figures_.alert,
                                figures_.alert.empty() ? ScreenLook::plain : ScreenLook::alert));
            return lines;
        }
        const WatchedChange& shown = change();
        lines.push_back(rss(shown));
        if (figures_.verdict) lines.push_back(verdict(*figures_.verdict));
        lines.push_back(target(shown));
        lines.push_back(malloc(shown));
        lines.push_back(cost());
        lines.push_back(message());
        return lines;
    }

    // The malloc view has moments of its own, those that were walked.
    [[nodiscard]] const WatchedChange& change() const {
        return state_.view == WatchView::malloc && figures_.walked ? *figures_.walked : *figures_.all;
    }

    [[nodiscard]] ScreenLine one(std::string_view text, ScreenLook look) const {
        ScreenLineMaker maker(width());
        maker.add(text, look);
        return maker.take();
    }

    ScreenLine target(const WatchedChange& shown) {
        TextStyle style;
        style.width = width();
        style.unicode = state_.unicode;
        std::string text = target_line(*shown.now.view, style);
        text.erase(text.find_last_not_of('\n') + 1);
        return one(text, ScreenLook::plain);
    }

    [[nodiscard]] std::string ago(const Diff& diff) const {
        return diff.seconds ? fmt::format(", {}", human_seconds(*diff.seconds)) : "";
    }

    void changes(ScreenLineMaker& maker, const WatchedChange& shown, Delta since_start, Delta since_last,
                 bool times) {
        const auto part = [&](Delta delta, const Diff& diff, std::string_view since) {
            maker.add("  " + change_in_mib(delta), look_of_change(delta.value));
            maker.add(fmt::format(" {}{}{}", wide() ? "since " : "", since, times && wide() ? ago(diff) : ""),
                      ScreenLook::faint);
        };
        part(since_start, *shown.since_start, wide() ? "the start" : "start");
        part(since_last, *shown.since_last, wide() ? "the last" : "last");
    }

    ScreenLine rss(const WatchedChange& shown) {
        ScreenLineMaker maker(width());
        maker.add(fmt::format("RSS {}{}", in_mib(shown.now.ledger->rss), wide() ? " MiB" : ""),
                  ScreenLook::title);
        changes(maker, shown, shown.since_start->rss.change(), shown.since_last->rss.change(), true);
        return maker.take();
    }

    [[nodiscard]] ScreenLine verdict(const WatchVerdict& shown) const {
        const bool alarming = shown.verdict == Assessed::problem || shown.verdict == Assessed::warning;
        ScreenLineMaker maker(width());
        maker.add(name_of(shown.verdict), alarming ? ScreenLook::alert : ScreenLook::title);
        maker.add("  " + printable(shown.title), ScreenLook::plain);
        return maker.take();
    }

    // What NMT does not know of is what a leak of native code grows.
    ScreenLine malloc(const WatchedChange& shown) {
        const MallocUse& start = shown.start.ledger->malloc;
        const MallocUse& last = shown.last.ledger->malloc;
        const MallocUse& now = shown.now.ledger->malloc;
        const bool outside = now.nmt || now.measured();
        const auto figure = [&](const MallocUse& use) { return outside ? use.outside_nmt() : use.resident; };
        ScreenLineMaker maker(width());
        if (wide() && outside) {
            maker.add(fmt::format("malloc {} MiB, outside NMT {}", in_mib(now.resident), in_mib(figure(now))),
                      ScreenLook::plain);
        } else {
            maker.add(fmt::format("{} {}", outside ? "not NMT's" : "malloc", in_mib(figure(now))),
                      ScreenLook::plain);
        }
        changes(maker, shown, difference(figure(now), figure(start)), difference(figure(now), figure(last)),
                false);
        return maker.take();
    }

    ScreenLine cost() {
        const std::string every =
            fmt::format("every {:g} s", std::chrono::duration<double>(figures_.every).count());
        const double jvm = std::round(figures_.jvm_ms), nmtx = std::round(figures_.nmtx_ms);
        ScreenLineMaker maker(width());
        maker.add(wide() ? fmt::format("refresh {} cost the JVM {} ms to answer, nmtx {} ms of CPU; {}",
                                       figures_.refreshes, jvm, nmtx, every)
                         : fmt::format("{}: JVM {} ms, nmtx {} ms; {}", figures_.refreshes, jvm, nmtx, every),
                  ScreenLook::faint);
        if (state_.paused) maker.add("  paused", ScreenLook::alert);
        if (state_.asking) maker.add("  asking", ScreenLook::faint);
        return maker.take();
    }

    ScreenLine message() {
        if (!figures_.alert.empty()) return one(figures_.alert, ScreenLook::alert);
        return one(state_.message, ScreenLook::title);
    }

    WatchTable text_lines() {
        WatchTable table(state_, WatchColumns::none, state_.text.title, Bytes());
        TextStyle style;
        style.width = std::max<std::size_t>(width(), 20);
        for (const std::string& text : state_.text.lines) {
            const std::string folded = state_.text.folded ? paragraph(text, style, 2) : text + "\n";
            for (Lines lines(folded); lines.next();) table.text(std::string(lines.line()));
        }
        return table;
    }

    WatchTable rows() {
        const Bytes whole = figures_.all ? change().now.ledger->rss : Bytes();
        switch (state_.view) {
            case WatchView::threads:
                return threads();
            case WatchView::malloc:
                return malloc_parts();
            case WatchView::owners:
                break;
        }
        WatchTable table(state_, WatchColumns::sizes, "owner, MiB", whole);
        if (figures_.all) table.rows(owner_rows(*figures_.all, state_.sort));
        return table;
    }

    WatchTable threads() {
        WatchTable table(state_, WatchColumns::threads, "threads", Bytes());
        if (!figures_.all) return table;
        const std::vector<WatchRow> rows = thread_rows(*figures_.all, state_.sort);
        if (rows.empty()) table.text("The threads could not be read.");
        table.rows(rows);
        return table;
    }

    WatchTable malloc_parts() {
        const Bytes whole = figures_.all ? change().now.ledger->malloc.resident : Bytes();
        WatchTable table(state_, WatchColumns::sizes, "malloc, MiB", whole);
        if (!figures_.all) return table;
        table.rows(with_small_ones_as_one(malloc_rows(change(), state_.sort)));
        table.text("");
        if (!figures_.walked) {
            table.text(why_not_walked());
            return table;
        }
        const MallocWalk* walk = change().now.view->walk();
        table.section(walk != nullptr && walk->headers.empty() ? "live blocks, MiB"
                                                               : "untracked blocks, MiB");
        table.rows(with_small_ones_as_one(block_rows(change(), state_.sort)));
        return table;
    }

    [[nodiscard]] std::string why_not_walked() const {
        if (!figures_.walks) return "malloc's chunks are not walked: --malloc=never";
        const auto& walk = figures_.all->now.view->malloc_walk;
        if (walk && !walk->walked()) return "malloc's chunks are not walked: " + walk->why_not_walked;
        return state_.paused ? "malloc's chunks are walked at the next refresh"
                             : "malloc's chunks are being walked …";
    }

    ScreenLine keys() {
        ScreenLineMaker maker(width());
        if (state_.shows_text()) {
            maker.add("q back   arrows, PgUp, PgDn scroll", ScreenLook::inverse);
            return maker.take();
        }
        constexpr std::array views{"1 owners", "2 threads", "3 malloc"};
        for (std::size_t i = 0; i < views.size(); ++i) {
            const bool chosen = static_cast<std::size_t>(state_.view) == i;
            maker.add(wide() || chosen ? views[i] : std::string(1, views[i][0]),
                      chosen ? ScreenLook::chosen : ScreenLook::inverse);
            maker.add(" ", ScreenLook::plain);
        }
        maker.add(width() >= 96
                      ? " r s l n sort  space now  p pause  c save  C capture  d dump  h help  q quit"
                  : wide() ? " r s l n sort  space now  p pause  c save  h help  q"
                           : " rsln sort  h help  q quit",
                  ScreenLook::faint);
        return maker.take();
    }

    // A terminal without UTF-8: what is not ASCII becomes a mark of the same width.
    void in_ascii() {
        for (ScreenLine& line : screen_.lines) {
            for (ScreenSpan& span : line) span.text = ascii(span.text);
        }
    }

    const WatchState& state_;
    const WatchFigures& figures_;
    WatchScreen screen_;
};

}  // namespace

WatchScreen watch_screen(const WatchState& state, const WatchFigures& figures) {
    return Painter(state, figures).paint();
}

}  // namespace nmtx
