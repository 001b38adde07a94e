#include "report/watch/watch_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/amounts.h"
#include "base/printable.h"
#include "change/material.h"
#include "report/parts/notes.h"
#include "report/style/sparkline.h"
#include "report/style/style.h"
#include "report/watch/watch_table.h"

namespace nmtx {
namespace {

// Values for a sparkline of at most that many columns. What moves by less than counts as growth is flat.
std::vector<double> spark_values(std::span<const Point> course, std::size_t columns) {
    std::vector<double> values;
    for (const Point& point : medians_of_spans(course, columns)) values.push_back(point.value);
    if (values.empty()) return values;
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*most - *least < growth_that_counts(median(values))) values.assign(values.size(), *least);
    return values;
}

std::string limit_text(const RssLimit& limit, double per_second, bool in_full) {
    const std::string time = (in_full ? "about " : "") + human_seconds(seconds_to(limit, per_second));
    switch (limit.ceiling) {
        case Ceiling::cgroup:
            return fmt::format("{}limit of {} in {}", in_full ? "container " : "", human(*limit.limit), time);
        case Ceiling::java_heap:
            return in_full ? fmt::format("the Java heap reaches -Xmx, {}, in {}", human(*limit.limit), time)
                           : fmt::format("-Xmx in {}", time);
        case Ceiling::host:
            break;
    }
    return in_full ? fmt::format("host memory, {} left, is used up in {}", human(limit.left), time)
                   : fmt::format("host full in {}", time);
}

class Head {
  public:
    Head(const WatchState& state, const WatchFigures& figures) : state_(state), figures_(figures) {}

    std::vector<ScreenLine> lines() {
        std::vector<ScreenLine> lines;
        if (!figures_.all) {
            lines.push_back(one(fmt::format("pid {}", figures_.pid), ScreenLook::title));
            lines.push_back(one(figures_.alert.empty() ? "reading …" : figures_.alert,
                                figures_.alert.empty() ? ScreenLook::plain : ScreenLook::alert));
            return lines;
        }
        const WatchedChange& shown = shown_change(state_, figures_);
        lines.push_back(rss(shown));
        if (figures_.verdict) lines.push_back(verdict(*figures_.verdict));
        lines.push_back(course());
        lines.push_back(target(shown));
        lines.push_back(malloc(shown));
        lines.push_back(figures_.alert.empty() && state_.message.empty() ? cost() : message());
        return lines;
    }

  private:
    [[nodiscard]] std::size_t width() const { return state_.size.width; }
    [[nodiscard]] bool wide() const { return is_wide(state_.size); }

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
        const Ledger& ledger = *shown.now.ledger;
        if (wide() && ledger.mapped_again != Bytes())
            maker.add(fmt::format(" (true RSS {})", in_mib(ledger.rss_true())), ScreenLook::faint);
        changes(maker, shown, shown.since_start->rss.change(), shown.since_last->rss.change(), true);
        return maker.take();
    }

    [[nodiscard]] ScreenLine verdict(const WatchVerdict& shown) const {
        const bool alarming = shown.verdict == Assessed::problem || shown.verdict == Assessed::warning;
        ScreenLineMaker maker(width());
        std::string name(name_of(shown.verdict));
        for (char& c : name) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        }
        maker.add(name, alarming ? ScreenLook::alert : ScreenLook::title);
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
        return with_state(maker);
    }

    ScreenLine message() {
        ScreenLineMaker maker(width());
        if (figures_.alert.empty())
            maker.add(state_.message, ScreenLook::title);
        else
            maker.add(figures_.alert, ScreenLook::alert);
        return with_state(maker);
    }

    ScreenLine with_state(ScreenLineMaker& maker) const {
        if (state_.paused) maker.add("  paused", ScreenLook::alert);
        if (state_.asking) maker.add("  asking", ScreenLook::faint);
        return maker.take();
    }

    ScreenLine course() {
        ScreenLineMaker maker(width());
        const std::size_t columns = width() >= 100 ? 24 : wide() ? 16 : 10;
        maker.add(sparkline(spark_values(figures_.rss, columns), state_.unicode), ScreenLook::plain);
        const bool grows = growth_of(figures_.rss).per_second.has_value();
        maker.add("  " + growth_text(figures_, width()), grows ? ScreenLook::grown : ScreenLook::faint);
        return maker.take();
    }

    const WatchState& state_;
    const WatchFigures& figures_;
};

}  // namespace

const WatchedChange& shown_change(const WatchState& state, const WatchFigures& figures) {
    return state.view == WatchView::malloc && figures.walked ? *figures.walked : *figures.all;
}

std::string growth_text(const WatchFigures& figures, std::size_t width) {
    constexpr std::size_t in_full = 100, with_span = 72;
    const RssGrowth growth = growth_of(figures.rss);
    const std::string span = human_seconds(growth.span_s);
    if (growth.samples < fewest_growth_samples)
        return width >= with_span
                   ? fmt::format("growth is shown from the {}th refresh on", fewest_growth_samples)
                   : "growth: too early to say";
    if (!growth.per_second) return fmt::format("no growth seen in {}", span);
    std::string text = rate_in_mib(*growth.per_second * 60) + " MiB/min";
    if (width >= with_span) text += fmt::format(" over {}", span);
    if (!figures.limit) return text;
    return text + (width >= with_span ? "; " : ", ") +
           limit_text(*figures.limit, *growth.per_second, width >= in_full);
}

std::vector<ScreenLine> watch_head(const WatchState& state, const WatchFigures& figures) {
    return Head(state, figures).lines();
}

}  // namespace nmtx
