#include "report/watch/watch_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/lines.h"
#include "base/printable.h"
#include "report/parts/malloc_notes.h"
#include "report/style/style.h"
#include "report/watch/watch_head.h"
#include "report/watch/watch_rows.h"
#include "report/watch/watch_table.h"

namespace nmtx {
namespace {

class Painter {
  public:
    Painter(const WatchState& state, const WatchFigures& figures) : state_(state), figures_(figures) {}

    WatchScreen paint() {
        const std::size_t height = state_.size.height;
        std::vector<ScreenLine> head =
            state_.shows_text() ? std::vector<ScreenLine>() : watch_head(state_, figures_);
        // A heading, at least one row, and the keys have to be left.
        if (head.size() + 3 > height) head.resize(height < 3 ? 0 : height - 3);
        const WatchTable table = state_.shows_text() ? text_lines() : rows();
        screen_.lines = std::move(head);
        const std::size_t taken = screen_.lines.size() + 2;
        screen_.extent = {height > taken ? height - taken : 0, table.size(), taken - 1, table.names()};
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
    [[nodiscard]] bool wide() const { return is_wide(state_.size); }
    [[nodiscard]] const WatchedChange& change() const { return shown_change(state_, figures_); }

    [[nodiscard]] std::string position(std::size_t end) const {
        if (screen_.extent.all <= screen_.extent.shown) return "";
        return fmt::format("{}-{} of {}", screen_.scroll + 1, end, screen_.extent.all);
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
        if (!figures_.walks) return "malloc was not analysed: --malloc=never was given";
        const auto& walk = figures_.all->now.view->malloc_walk;
        if (walk && !walk->walked()) return no_walk_text(*figures_.all->now.view);
        return state_.paused ? "malloc is analysed at the next refresh" : "malloc is being analysed …";
    }

    ScreenLine keys() {
        ScreenLineMaker maker(width());
        if (state_.shows_text()) {
            maker.add("q back   arrows, PgUp, PgDn scroll", ScreenLook::inverse);
            return maker.take();
        }
        if (state_.typing) {
            maker.add(fmt::format("/{}_", state_.filter), ScreenLook::chosen);
            maker.add("   Enter keep  Esc show all", ScreenLook::faint);
            return maker.take();
        }
        constexpr std::array views{"1 owners", "2 threads", "3 malloc"};
        for (std::size_t i = 0; i < views.size(); ++i) {
            const bool chosen = static_cast<std::size_t>(state_.view) == i;
            maker.add(wide() || chosen ? views[i] : std::string(1, views[i][0]),
                      chosen ? ScreenLook::chosen : ScreenLook::inverse);
            maker.add(" ", ScreenLook::plain);
        }
        maker.add(width() >= 110
                      ? " s l r n sort  / filter  Enter details  z zero  p pause  c save  ? help  q quit"
                  : width() >= 78 ? " s l r n sort  / filter  Enter details  ? help  q"
                                  : " slrn sort  / filter  ? help  q",
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
