#include "report/watch/watch_screen.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "catch.h"
#include "report/watch/watch_details.h"
#include "report/watch/watch_head.h"
#include "report/watch/watch_json.h"
#include "report/watch/watch_rows.h"
#include "report/watch/watch_table.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

// Three moments of a process whose every part has rows, some of them hostile.
struct MadeMoments {
    ProcessView view;
    Ledger start, last, now;
    Diff since_start, since_last;
    WatchState state;

    MadeMoments() {
        view = made::Process(mib(116)).view;
        view.header.target_uptime_s = 200;
        start.rss = mib(100), last.rss = mib(110), now.rss = mib(116);
        for (Ledger* ledger : {&start, &last, &now}) {
            ledger->malloc.nmt = mib(10);
            ledger->malloc.resident = mib(20);
        }
        now.malloc.resident = mib(34);
        since_start.seconds = 180, since_last.seconds = 5;
        since_start.rss = {mib(100), mib(116)};
        since_last.rss = {mib(110), mib(116)};
        since_start.owners = {{"malloc/arena", {mib(20), mib(34)}, false},
                              {"file/\x1b[31mred", {mib(10), mib(12)}, true},
                              {"jvm/java heap", {mib(60), mib(60)}, false},
                              {"jvm/code cache", {mib(10), mib(9)}, false},
                              {"jvm/never touched", {}, false}};
        since_last.owners = {{"malloc/arena", {mib(30), mib(34)}, false},
                             {"file/\x1b[31mred", {mib(8), mib(12)}, true},
                             {"kernel/gone", {mib(1), Bytes()}, false}};
        since_start.threads.emplace().pools = {
            {"worker-#", ThreadKind::java, {1, 3}, 2, 0, {kib(64), mib(1)}},
            {"main", ThreadKind::java, {1, 1}, 0, 0, {kib(8), kib(8)}}};
        since_last.threads.emplace().pools = {
            {"worker-17", ThreadKind::java, {2, 3}, 1, 0, {kib(512), mib(1)}, 2.5},
            {"main", ThreadKind::java, {1, 1}, 0, 0, {kib(8), kib(8)}, 0.0}};
    }
    [[nodiscard]] WatchedChange change() const {
        return {{&view, &start}, {&view, &last}, {&view, &now}, &since_start, &since_last};
    }
    WatchScreen screen() {
        WatchFigures figures;
        figures.pid = 4711;
        figures.all = change();
        figures.refreshes = 12;
        figures.jvm_ms = 8;
        figures.nmtx_ms = 11.6;
        return watch_screen(state, figures);
    }
};

std::string text_of(const ScreenLine& line) {
    std::string text;
    for (const ScreenSpan& span : line) {
        text += std::string(span.column - std::min(span.column, display_width(text)), ' ');
        text += span.text;
    }
    return text;
}

std::string text_of(const WatchScreen& screen) {
    std::string text;
    for (const ScreenLine& line : screen.lines) text += text_of(line) + "\n";
    return text;
}

bool shows(const WatchScreen& screen, std::string_view part) {
    UNSCOPED_INFO(text_of(screen));
    return text_of(screen).find(part) != std::string::npos;
}

std::size_t row_of(const WatchScreen& screen, std::string_view part) {
    for (std::size_t i = 0; i < screen.lines.size(); ++i) {
        if (text_of(screen.lines[i]).find(part) != std::string::npos) return i;
    }
    FAIL("no line has " << part << "\n" << text_of(screen));
    return 0;
}

KeyPress character(char c) {
    return {Key::character, c};
}

}  // namespace

TEST_CASE("watch screen: RSS, what NMT does not know of and the cost stand above the rows") {
    MadeMoments made;
    const WatchScreen screen = made.screen();
    CHECK(shows(screen, "RSS 116.0 MiB  +16.0 since the start, 3 min  +6.0 since the last, 5 s\n"));
    CHECK(shows(screen, "malloc 34.0 MiB, outside NMT 24.0  +14.0 since the start  +14.0 since the last\n"));
    CHECK(shows(screen, "refresh 12 cost the JVM 8 ms to answer, nmtx 12 ms of CPU; every 5 s\n"));
    CHECK(shows(screen, "Target"));
    CHECK(screen.lines.size() == 24);
}

TEST_CASE("watch screen: a row has what is resident and both changes, and growth looks like growth") {
    MadeMoments made;
    const WatchScreen screen = made.screen();
    const ScreenLine& arena = screen.lines[row_of(screen, "malloc/arena")];
    CHECK(text_of(arena).substr(0, 80).find("34.0       +14.0        +4.0     +4.7   29.3") !=
          std::string::npos);
    CHECK(arena[2].look == ScreenLook::grown);
    const ScreenLine& code = screen.lines[row_of(screen, "jvm/code cache")];
    CHECK(code[2].look == ScreenLook::shrunk);
    CHECK(shows(screen, "kernel/gone"));  // it has shrunk since the last refresh
    CHECK_FALSE(shows(screen, "never touched"));
}

TEST_CASE("watch screen: rows are sorted by what was asked for") {
    MadeMoments made;
    const auto above = [&](std::string_view first, std::string_view second) {
        const WatchScreen screen = made.screen();
        return row_of(screen, first) < row_of(screen, second);
    };
    CHECK(made.state.sort == WatchSort::since_start);  // what grows most comes first
    CHECK(above("malloc/arena", "jvm/java heap"));
    CHECK(above("jvm/java heap", "jvm/code cache"));
    made.state.sort = WatchSort::resident;
    CHECK(above("jvm/java heap", "malloc/arena"));
    made.state.sort = WatchSort::since_last;
    CHECK(above("jvm/java heap", "kernel/gone"));
    made.state.sort = WatchSort::name;
    CHECK(above("file/", "jvm/code cache"));
    CHECK(above("kernel/gone", "malloc/arena"));
}

TEST_CASE("watch screen: threads stand in pools, with how many came and what CPU they had since the last") {
    MadeMoments made;
    made.state.view = WatchView::threads;
    const WatchScreen screen = made.screen();
    const std::string row = text_of(screen.lines[row_of(screen, "worker-#")]);
    CHECK(row.find("        3          +2          +1    50.0         1.0") != std::string::npos);
    made.state.sort = WatchSort::name;
    const WatchScreen by_name = made.screen();
    CHECK(row_of(by_name, "main ") < row_of(by_name, "worker-#"));
}

TEST_CASE(
    "watch screen: the malloc view says why it has no walk, and has sizes of blocks where there is one") {
    MadeMoments made;
    made.state.view = WatchView::malloc;
    CHECK(shows(made.screen(), "malloc is being analysed …"));
    CHECK(shows(made.screen(), "arena"));
    CHECK_FALSE(shows(made.screen(), "jvm/java heap"));
    WatchFigures figures;
    figures.all = made.change();
    figures.walks = false;
    CHECK(shows(watch_screen(made.state, figures), "--malloc=never"));
    made.since_start.malloc.emplace().sizes = {
        {Bytes(1016), ChunkSum{1, mib(1), mib(1)}, ChunkSum{2049, mib(3), mib(3)}},
        {Bytes(56), std::nullopt, ChunkSum{1, mib(1), mib(1)}}};
    made.since_last.malloc.emplace().sizes = {
        {Bytes(1016), ChunkSum{1000, mib(2), mib(2)}, ChunkSum{2049, mib(3), mib(3)}}};
    made.view.malloc_walk.emplace().headers = "canary";
    figures.all = figures.walked = made.change();
    const WatchScreen walked = watch_screen(made.state, figures);
    CHECK(shows(walked, "untracked blocks, MiB"));
    const std::string row = text_of(walked.lines[row_of(walked, "1,016 bytes, 2,049 blocks")]);
    CHECK(row.find("3.0        +2.0        +1.0") != std::string::npos);
    CHECK(text_of(walked.lines[row_of(walked, "56 bytes")]).find("1.0           ?           ?") !=
          std::string::npos);
}

TEST_CASE("watch rows: those too small to be seen become one, and the sums stay what they were") {
    const auto row = [](const char* name, Bytes resident, std::optional<Delta> since_start,
                        Delta since_last) {
        WatchRow made;
        made.name = name;
        made.resident = resident;
        made.since_start = since_start;
        made.since_last = since_last;
        return made;
    };
    const auto rows = with_small_ones_as_one(
        {row("large", mib(2), Delta{0}, Delta{0}), row("a", kib(4), Delta{4096}, Delta{0}),
         row("b", kib(8), Delta{-8192}, Delta{100}), row("was large", kib(4), Delta{-9000000}, Delta{0}),
         row("nobody knows", kib(4), std::nullopt, Delta{0})});
    REQUIRE(rows.size() == 4);
    CHECK(rows[3].name == "2 more, small");
    CHECK(rows[3].resident == kib(12));
    CHECK(rows[3].since_start == Delta{-4096});
    CHECK(rows[3].since_last == Delta{100});
    CHECK(with_small_ones_as_one({row("alone", kib(4), Delta{0}, Delta{0})}).front().name == "alone");
}

TEST_CASE("watch screen: nothing is wider or higher than the terminal, and no name has a control character") {
    MadeMoments made;
    for (std::size_t i = 0; i < 60; ++i)
        made.since_start.owners.push_back(
            {fmt::format("file/名前{:03}\x1b]0;x\x07", i), {mib(1), mib(2)}, i % 2 == 0});
    for (const std::size_t width : {1U, 12U, 20U, 40U, 71U, 72U, 80U, 120U, 250U}) {
        for (const std::size_t height : {1U, 2U, 3U, 5U, 8U, 15U, 24U, 60U}) {
            for (const WatchView view : {WatchView::owners, WatchView::threads, WatchView::malloc}) {
                made.state.size = {width, height};
                made.state.view = view;
                made.state.scroll = 1000;
                made.state.message = std::string(300, 'm') + "\x1b[2J";
                const WatchScreen screen = made.screen();
                CHECK(screen.lines.size() == height);
                for (const ScreenLine& line : screen.lines) {
                    for (const ScreenSpan& span : line) {
                        CAPTURE(width, height, span.text);
                        CHECK(span.column + display_width(span.text) <= width);
                        CHECK(printable(span.text) == span.text);
                    }
                }
            }
        }
    }
}

TEST_CASE("watch screen: at 40 columns a row still has its three figures") {
    MadeMoments made;
    made.state.size = {40, 15};
    const WatchScreen screen = made.screen();
    CHECK(shows(screen, "RSS 116.0  +16.0 start  +6.0 last\n"));
    CHECK(shows(screen, "malloc/arena      34.0    +14.0     +4.0\n"));
}

TEST_CASE("watch screen: a terminal without UTF-8 gets ASCII alone, as wide as it would have been") {
    MadeMoments made;
    made.since_start.owners.push_back({"file/名前", {mib(1), mib(2)}, false});
    made.state.unicode = false;
    const WatchScreen screen = made.screen();
    for (const char c : text_of(screen)) CHECK(static_cast<unsigned char>(c) < 0x80);
    CHECK(shows(screen, "file/????  "));
    CHECK(ascii("a…é█") == "a~?#");
}

TEST_CASE("watch screen: rows scroll as far as there are rows, and the heading says where one is") {
    MadeMoments made;
    for (std::size_t i = 0; i < 60; ++i)
        made.since_start.owners.push_back({fmt::format("owner/{:02}", i), {mib(1), mib(1)}, false});
    const WatchScreen first = made.screen();
    CHECK(first.extent.all == 65);
    CHECK(shows(first, fmt::format("1-{} of 65", first.extent.shown)));
    press(made.state, {Key::page_down}, first.extent);
    CHECK(made.state.scroll == first.extent.shown);
    press(made.state, {Key::wheel_up}, first.extent);
    CHECK(made.state.scroll == first.extent.shown - 3);
    press(made.state, {Key::end}, first.extent);
    CHECK(shows(made.screen(), fmt::format("{}-65 of 65", 66 - first.extent.shown)));
    press(made.state, {Key::wheel_down}, first.extent);
    CHECK(made.state.scroll == 65 - first.extent.shown);
    press(made.state, {Key::home}, first.extent);
    press(made.state, {Key::page_up}, first.extent);
    CHECK(made.state.scroll == 0);
    made.state.scroll = 60;
    made.state.size.height = 80;
    CHECK(made.screen().scroll == 0);
}

TEST_CASE("watch screen: the arrows select a row, which keeps its selection wherever it is sorted to") {
    MadeMoments made;
    for (std::size_t i = 0; i < 60; ++i)
        made.since_start.owners.push_back({fmt::format("owner/{:02}", i), {mib(1), mib(1)}, false});
    const WatchScreen first = made.screen();
    press(made.state, {Key::down}, first.extent);
    CHECK(made.state.selected == first.extent.names[0]);
    press(made.state, {Key::up}, first.extent);
    CHECK(made.state.selected == first.extent.names[0]);
    for (std::size_t i = 0; i < first.extent.shown; ++i) press(made.state, {Key::down}, first.extent);
    CHECK(made.state.selected == first.extent.names[first.extent.shown]);
    CHECK(made.state.scroll == 1);  // as far as it takes to see it
    for (std::size_t i = 0; i < 100; ++i) press(made.state, {Key::down}, first.extent);
    CHECK(made.state.selected == first.extent.names.back());
    made.state.selected = "jvm/code cache";
    press(made.state, character('r'), first.extent);
    const WatchScreen sorted = made.screen();
    const ScreenLine& line = sorted.lines[row_of(sorted, "jvm/code cache")];
    CHECK(line[0].look == ScreenLook::inverse);
    press(made.state, {Key::escape}, sorted.extent);
    CHECK(made.state.selected.empty());
}

TEST_CASE("watch screen: a click selects the row that is under it, a second one asks for its details") {
    MadeMoments made;
    const WatchScreen screen = made.screen();
    const std::size_t row = row_of(screen, "jvm/code cache");
    CHECK(press(made.state, {Key::click, 0, row}, screen.extent) == WatchAction::none);
    CHECK(made.state.selected == "jvm/code cache");
    CHECK(press(made.state, {Key::click, 0, row}, screen.extent) == WatchAction::details);
    for (const std::size_t elsewhere :
         {std::size_t{0}, screen.extent.first_row - 1, std::size_t{22}, std::size_t{23}, std::size_t{4000}}) {
        press(made.state, {Key::click, 0, elsewhere}, screen.extent);
        CHECK(made.state.selected == "jvm/code cache");
    }
}

TEST_CASE("watch screen: a filter leaves rows with its text, in any letters, until Esc") {
    MadeMoments made;
    press(made.state, character('/'), {});
    CHECK(made.state.typing);
    for (const char c : std::string_view("JVM/qC")) press(made.state, character(c), {});
    CHECK(shows(made.screen(), "/JVM/qC_   Enter keep  Esc show all"));
    CHECK(shows(made.screen(), "No row has 'JVM/qC' in its name."));
    press(made.state, {Key::backspace}, {});
    press(made.state, {Key::backspace}, {});
    CHECK(shows(made.screen(), "jvm/code cache"));
    CHECK_FALSE(shows(made.screen(), "malloc/arena"));
    press(made.state, {Key::enter}, {});
    CHECK_FALSE(made.state.typing);
    CHECK(shows(made.screen(), "/JVM/"));
    CHECK(press(made.state, character('q'), {}) == WatchAction::quit);
    press(made.state, {Key::escape}, {});
    CHECK(shows(made.screen(), "malloc/arena"));
}

TEST_CASE("watch screen: details have the row's figures, its evidence and what the glossary says") {
    MadeMoments made;
    made.now.rows.push_back(
        {"jvm/code cache", mib(9), mib(48), mib(48), mib(9), "NMT's map", true, 3, "Code"});
    made.state.selected = "jvm/code cache";
    WatchFigures figures;
    figures.pid = 4711;
    figures.all = made.change();
    made.state.text = watch_details(made.state, figures);
    CHECK(made.state.text.title == "jvm/code cache");
    const WatchScreen screen = watch_screen(made.state, figures);
    CHECK(shows(screen, "Resident: 9.0 MiB, 7.8 % of RSS."));
    CHECK(shows(screen, "Change: -1.0 MiB since the start (3 min), -0.3 MiB/min; no change since the last"));
    CHECK(shows(screen, "Source: NMT's map; partly estimated."));
    CHECK(shows(screen, "NMT category Code: reserved 48.0 MiB, committed 9.0 MiB by mmap."));
    CHECK(shows(screen, "Bound: "));
    CHECK(press(made.state, {Key::escape}, {}) == WatchAction::none);
    CHECK_FALSE(made.state.shows_text());
    made.state.selected = "gone";
    CHECK(watch_details(made.state, figures).lines.empty());
    made.state.view = WatchView::threads;
    made.state.selected = "worker-#";
    CHECK_FALSE(watch_details(made.state, figures).lines.empty());
}

TEST_CASE(
    "watch screen: growth and the time to the limit are shown where growth is evident, and only there") {
    MadeMoments made;
    WatchFigures figures;
    figures.all = made.change();
    figures.limit = RssLimit{Ceiling::cgroup, mib(512), mib(120)};
    CHECK(shows(watch_screen(made.state, figures), "growth is shown from the 6th refresh on"));
    for (std::size_t i = 0; i < 12; ++i)
        add_to_course(figures.rss, 5.0 * static_cast<double>(i), mib(100 + i));
    CHECK(shows(watch_screen(made.state, figures),
                "▁▁▂▃▃▄▅▆▆▇██  +12.0 MiB/min over 55 s; limit of 512.0 MiB in 10 min\n"));
    made.state.size.width = 60;
    CHECK(shows(watch_screen(made.state, figures), "+12.0 MiB/min, limit of 512.0 MiB in 10 min\n"));
    figures.limit = RssLimit{Ceiling::java_heap, mib(256), mib(12)};
    CHECK(growth_text(figures, 100) ==
          "+12.0 MiB/min over 55 s; the Java heap reaches -Xmx, 256.0 MiB, in about 60 s");
    figures.limit.reset();
    CHECK(growth_text(figures, 100) == "+12.0 MiB/min over 55 s");
    for (Point& point : figures.rss) point.value = 1e8;
    CHECK(shows(watch_screen(made.state, figures), "no growth seen in 55 s"));
}

TEST_CASE("watch json: one object on one line, which parses, with no control character of the target's") {
    MadeMoments made;
    WatchFigures figures;
    figures.pid = 4711;
    figures.all = made.change();
    figures.refreshes = 12;
    figures.verdict = WatchVerdict{Assessed::warning, "JNI\x1b holds\n24 MiB"};
    const std::string line = watch_json_line(figures);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(line.find('\x1b') == std::string::npos);
    const auto json = nlohmann::json::parse(line);
    CHECK(json["pid"] == figures.all->now.view->header.pid);
    CHECK(json["rss_bytes"] == mib(116).value());
    CHECK(json["rss_since_start_bytes"] == mib(16).value());
    CHECK(json["assessment"]["verdict"] == "warning");
    CHECK(json["growth"]["evident"] == false);
    CHECK(json["growth"]["limit"].is_null());
    CHECK(json["owners"][0]["owner"] == "malloc/arena");
    CHECK(json["owners"][0]["since_start_bytes"] == mib(14).value());
    CHECK(json["owners"][0]["bytes_per_minute"] == 4893355);
}

TEST_CASE("watch keys: views by number and by Tab, sorts by letter, pause and go on") {
    WatchState state;
    CHECK(press(state, character('3'), {}) == WatchAction::none);
    CHECK(state.view == WatchView::malloc);
    press(state, {Key::tab}, {});
    CHECK(state.view == WatchView::owners);
    press(state, {Key::back_tab}, {});
    CHECK(state.view == WatchView::malloc);
    state.scroll = 5;
    press(state, character('s'), {});
    CHECK(state.sort == WatchSort::since_start);
    CHECK(state.scroll == 0);
    press(state, character('p'), {});
    CHECK(state.paused);
    press(state, character('p'), {});
    CHECK_FALSE(state.paused);
}

TEST_CASE("watch keys: what reaches the target, a file or the end is asked for by its own key alone") {
    WatchState state;
    CHECK(press(state, character(' '), {}) == WatchAction::refresh);
    CHECK(press(state, character('c'), {}) == WatchAction::save);
    CHECK(press(state, character('C'), {}) == WatchAction::capture);
    CHECK(press(state, character('d'), {}) == WatchAction::threads);
    CHECK(press(state, character('z'), {}) == WatchAction::begin_anew);
    CHECK(press(state, character('q'), {}) == WatchAction::quit);
    for (char c = ' ' + 1; c <= '~'; ++c) {
        if (std::string_view("cCdqz").find(c) != std::string_view::npos) continue;
        WatchState fresh;
        CAPTURE(c);
        CHECK(press(fresh, character(c), {}) == WatchAction::none);
    }
}

TEST_CASE("watch keys: help fits a small terminal, and q leaves it before it leaves the program") {
    MadeMoments made;
    CHECK(press(made.state, character('?'), {}) == WatchAction::none);
    CHECK(shows(made.screen(), "nmtx watch: keys"));
    made.state.size = {40, 15};
    for (const ScreenLine& line : made.screen().lines) CHECK(text_of(line).find("…") == std::string::npos);
    CHECK(press(made.state, character('q'), {}) == WatchAction::none);
    CHECK(shows(made.screen(), "malloc/arena"));
    CHECK(press(made.state, character('q'), {}) == WatchAction::quit);
}

TEST_CASE("watch screen: before the first refresh it says what it is about, and afterwards what went wrong") {
    WatchState state;
    WatchFigures figures;
    figures.pid = 4711;
    CHECK(shows(watch_screen(state, figures), "pid 4711\nreading …\n"));
    const MadeMoments made;
    figures.all = made.change();
    figures.alert = "RSS is 116.0 MiB now; the rows are older: stopped\x1b";
    state.message = "saved x.nmtx";
    CHECK(shows(watch_screen(state, figures), "the rows are older: stopped?\n"));
    figures.alert.clear();
    CHECK(shows(watch_screen(state, figures), "saved x.nmtx\n"));
}
