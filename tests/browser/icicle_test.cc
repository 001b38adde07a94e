// The icicle at the head of the HTML report, and the chart over time, in a real browser.
#include "browser/made_tickets.h"
#include "browser/open_page.h"
#include "browser/page_checks.h"
#include "catch.h"
#include "report/ticket/html/html_icicle.h"

namespace {

using nmtx::Ticket;
using nmtx::test::fixture_ticket;

class IciclePage : public nmtx::test::OpenPage {
  public:
    explicit IciclePage(const Ticket& ticket, int width = 1280, const std::string& hash = {})
        : OpenPage(nmtx::html_report(ticket), width, hash) {}
    [[nodiscard]] std::string about() const {
        return text("document.getElementById('icicle-about').textContent");
    }
    [[nodiscard]] std::string hash() const { return text("location.hash"); }
    [[nodiscard]] std::string find(const std::string& words) const {
        browser().evaluate("(() => { const i = document.getElementById('icicle-search'); i.value = '" +
                           words + "'; i.dispatchEvent(new Event('input')); })()");
        return text("document.getElementById('icicle-matched').textContent");
    }
    void click(const std::string& part) const {
        browser().evaluate(part + ".dispatchEvent(new MouseEvent('click', {bubbles: true}))");
    }
    void focus() const { browser().evaluate("document.querySelector('.canvas.icicle').focus()"); }

  private:
    static nmtx::test::Browser& browser() { return nmtx::test::browser(); }
};

// The box of this name.
std::string box_of(const std::string& name) {
    return "[...document.querySelectorAll('.icicle g.part')].find((g) => g.__data__.data.name === '" + name +
           "')";
}

const std::string in_use = "native malloc (not in NMT)";

}  // namespace

TEST_CASE("icicle: it is above the other pictures and below the verdict, its boxes as wide as their bytes") {
    const IciclePage page(fixture_ticket("jdk17-g1"));
    page.is_quiet();
    const auto top = [&](const std::string& selector) {
        return page->evaluate("document.querySelector('" + selector + "').getBoundingClientRect().top")
            .get<double>();
    };
    CHECK(page.text("document.querySelector('.application').textContent") == "Target");
    CHECK(top(".lead") < top(".icicle"));
    CHECK(top(".icicle") < top("#chart-waterfall"));
    // On the first screen.
    CHECK(top(".icicle") + 180 < 900);
    const auto width = [&](const std::string& name) {
        return page->evaluate(box_of(name) + ".querySelector('rect').getBBox().width").get<double>();
    };
    const Ticket ticket = fixture_ticket("jdk17-g1");
    for (const nmtx::Share& share : ticket.shares) {
        const double wanted =
            static_cast<double>(share.resident.value()) / static_cast<double>(ticket.rss.value());
        if (wanted < 0.002) continue;
        INFO(share.name);
        CHECK(std::abs(width(share.name) / width("RSS") - wanted) < 0.002);
    }
    CHECK(page.holds(
        "[...document.querySelectorAll('.icicle g.part')].every((g) => !g.__data__.children || "
        "g.__data__.children.reduce((s, c) => s + c.value, 0) === g.__data__.value && g.__data__.value === "
        "g.__data__.data.bytes)"));
    // A second mark besides the colour.
    CHECK(page.holds(box_of(in_use) + ".querySelector('.over').getAttribute('d').startsWith('M')"));
}

TEST_CASE("icicle: a click and Enter zoom, arrows walk, Escape shows all, and the glossary says what it is") {
    const IciclePage page(fixture_ticket("jdk17-g1"));
    CHECK(page.about() == "RSS: 95.1 MiB.");
    page->evaluate(box_of("libtarget.so") + ".dispatchEvent(new PointerEvent('pointerenter'))");
    CHECK(page.about().starts_with("libtarget.so: 23.4 MiB, 24.6 % of RSS, 97.6 % of in use, not in NMT."));
    CHECK(page.about().find("Live malloc blocks not tracked by NMT") != std::string::npos);
    CHECK(page.about().find("Grows: ") != std::string::npos);
    page.click(box_of("libtarget.so"));
    CHECK(page.holds(box_of("Java heap") + " === undefined"));
    CHECK(page.holds("!document.getElementById('icicle-reset').disabled"));
    CHECK(page.hash() == "#in=native+malloc+%28not+in+NMT%29&in=in+use%2C+not+in+NMT&in=libtarget.so");
    page.focus();
    page->press("Escape", 27);
    CHECK(page.holds("document.getElementById('icicle-reset').disabled"));
    CHECK(page.hash().size() <= 1);
    page->press("ArrowDown", 40);
    CHECK(page.about().starts_with("JVM (tracked by NMT)"));
    page->press("ArrowRight", 39);
    CHECK(page.about().starts_with(in_use));
    page->press("ArrowDown", 40);
    page->press("ArrowDown", 40);
    CHECK(page.about().starts_with("libtarget.so"));
    page->press("Enter", 13);
    CHECK(page.holds(box_of("Java heap") + " === undefined"));
    // Beyond the edge of what is shown: one step out.
    page->press("ArrowRight", 39);
    CHECK(page.holds(box_of("libtarget.so") + " !== undefined"));
    CHECK_FALSE(page.about().starts_with("libtarget.so"));
    page->press("ArrowUp", 38);
    page->press("ArrowUp", 38);
    page->press("ArrowUp", 38);
    CHECK(page.about() == "RSS: 95.1 MiB.");
    page.is_quiet();
}

TEST_CASE("icicle: a search shows its MiB, and counts what matches below a match once") {
    const IciclePage page(fixture_ticket("jdk17-g1"));
    // Its blocks, and the file, which is narrower than a pixel.
    CHECK(page.find("LIBTARGET").starts_with("23.4 MiB (24.6 % of RSS) in 2 parts"));
    CHECK(page.number("document.querySelectorAll('.icicle g.matches').length") == 1);
    CHECK(page.hash() == "#find=LIBTARGET");
    CHECK(page.find("native malloc").starts_with("25.1 MiB"));
    CHECK(page.find("nothing like it") == "0.0 MiB (0.0 % of RSS) in 0 parts");
    page->evaluate("document.getElementById('icicle-search').focus()");
    page->press("Escape", 27);
    CHECK(page.text("document.getElementById('icicle-matched').textContent").empty());
    CHECK(page.holds("document.activeElement.classList.contains('icicle')"));
    page->press("/", 191);
    CHECK(page.holds("document.activeElement.id === 'icicle-search'"));
    page.is_quiet();
}

TEST_CASE("icicle: the page's address leads to what was zoomed at and searched for") {
    const IciclePage page(fixture_ticket("jdk17-g1"), 1280,
                          "#in=native+malloc+%28not+in+NMT%29&in=in+use%2C+not+in+NMT&find=libz");
    page.is_quiet();
    CHECK(page.about().starts_with("in use, not in NMT: 23.9 MiB"));
    CHECK(page.text("document.getElementById('icicle-search').value") == "libz");
    CHECK(page.number("document.querySelectorAll('.icicle g.matches').length") == 1);
    CHECK(page.holds("document.getElementById('rss').getBoundingClientRect().top < 100"));
    // Back undoes a zoom.
    page.click(box_of("libtarget.so"));
    CHECK(page.about().starts_with("libtarget.so"));
    page->evaluate(
        "new Promise((done) => { addEventListener('hashchange', () => setTimeout(done), {once: true}); "
        "history.back(); })");
    CHECK(page.about().starts_with("in use, not in NMT"));
    // What no such page has is passed over, and a link to a section leaves the picture alone.
    page->evaluate(
        "new Promise((done) => { addEventListener('hashchange', () => setTimeout(done), {once: true}); "
        "location.hash = 'in=files&in=no+such+thing'; })");
    CHECK(page.about().starts_with("files: "));
    page->evaluate(
        "new Promise((done) => { addEventListener('hashchange', () => setTimeout(done), {once: true}); "
        "location.hash = 'findings'; })");
    CHECK(page.about().starts_with("files: "));
    CHECK(page.hash() == "#findings");
    page.is_quiet();
}

TEST_CASE("icicle: the list has the same figures, with and without scripts, and opens by the keyboard") {
    const Ticket ticket = fixture_ticket("jdk17-g1");
    const std::string items = "document.querySelectorAll('.tree li').length";
    const std::size_t nodes = nmtx::nodes_of(nmtx::icicle_of(ticket));
    {
        const IciclePage page(ticket);
        CHECK(page.number(items) == nodes);
        CHECK(page.number("report.icicle.nodes.length") == nodes);
        CHECK(page.holds("!document.querySelector('#chart-icicle .as-table').open"));
        page->evaluate("document.querySelector('#chart-icicle .as-table').open = true");
        page->evaluate("document.querySelectorAll('.tree summary')[1].focus()");
        CHECK(page.holds("!document.activeElement.parentElement.open"));
        page->press("Enter", 13);
        CHECK(page.holds("document.activeElement.parentElement.open"));
        page->evaluate("for (const d of document.querySelectorAll('.tree details')) d.open = true");
        page.finds_nothing(nmtx::test::pale_texts);
        page->resize(390, 800);
        CHECK(page.number("document.documentElement.scrollWidth") <= 390);
        page->call("Emulation.setEmulatedMedia", {{"media", "print"}});
        CHECK(page.holds("document.querySelector('.icicle svg').checkVisibility()"));
        CHECK(page.holds("document.querySelector('.icicle .chosen').checkVisibility()"));
        CHECK(page.holds("!document.getElementById('icicle-tools').checkVisibility()"));
        page->call("Emulation.setEmulatedMedia", {{"media", ""}});
    }
    nmtx::test::browser().allow_scripts(false);
    {
        const IciclePage page(ticket);
        CHECK(page.number(items) == nodes);
        CHECK(page.holds("document.querySelector('.tree').checkVisibility()"));
    }
    nmtx::test::browser().allow_scripts(true);
}

TEST_CASE("icicle: zoomed in, on a phone and in the dark, no text leaves its box") {
    for (const int width : {1280, 390}) {
        const IciclePage page(fixture_ticket("jdk17-g1"), width);
        page->prefer("dark");
        for (const char* name : {"JVM (tracked by NMT)", "malloc (NMT)"}) {
            INFO(width << " " << name);
            page.click(box_of(name));
            page.finds_nothing(nmtx::test::clashes);
            CHECK(page.number("document.documentElement.scrollWidth") <= static_cast<unsigned>(width));
        }
    }
}

TEST_CASE("over time: one stack of areas, a cursor that reads it, flat owners behind a switch") {
    const IciclePage page(fixture_ticket("jdk17-g1", nmtx::test::made_trend()));
    page.is_quiet();
    const std::string bands = "document.querySelectorAll('#chart-trend .band').length";
    const std::uint64_t all = page.number("report.trend.bands.length");
    const std::uint64_t flat = page.number("report.trend.flat");
    CHECK(page.number(bands) == all - flat);
    CHECK(page.number("document.querySelectorAll('#chart-trend svg').length") == 1);
    CHECK(page.number("document.querySelectorAll('#chart-trend .readings li').length") == all - flat);
    CHECK(page.text("document.getElementById('trend-flat').textContent")
              .starts_with("Show " + std::to_string(flat) + " flat owner"));
    page.finds_nothing(nmtx::test::clashes);

    const std::string said = "document.getElementById('trend-cursor').getAttribute('aria-valuetext')";
    page->evaluate("document.getElementById('trend-cursor').focus()");
    page->press("Home", 36);
    const std::string first = page.text(said);
    CHECK(first.find("RSS ") != std::string::npos);
    CHECK(first.find("malloc/untracked/libtarget.so 2") != std::string::npos);
    page->press("ArrowRight", 39);
    CHECK(page.text(said) != first);
    page->press("End", 35);
    CHECK(page.text(said).find("malloc/untracked/libtarget.so 5") != std::string::npos);
    CHECK(page.text("document.querySelector('#chart-trend .readings .value').textContent").starts_with("5"));
    page->evaluate(
        "(() => { const s = document.querySelector('#chart-trend svg'), r = s.getBoundingClientRect(); "
        "s.dispatchEvent(new PointerEvent('pointermove', {clientX: r.left + r.width / 2, clientY: r.top + 50})); })()");
    CHECK(page.number("Number(document.getElementById('trend-cursor').value)") > 70);
    CHECK(page.number("Number(document.getElementById('trend-cursor').value)") < 90);

    page->evaluate("document.getElementById('trend-flat').click()");
    CHECK(page.number(bands) == all);
    CHECK(page.text("document.getElementById('trend-flat').textContent").starts_with("Hide "));
    CHECK(page.number("document.querySelectorAll('#chart-trend .curve').length") == 1);
    page.finds_nothing(nmtx::test::clashes);
    page.finds_nothing(nmtx::test::pale_texts);
    page->resize(390, 800);
    CHECK(page.number(bands) == all);
    page.finds_nothing(nmtx::test::clashes);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
    page.is_quiet();
}

TEST_CASE("html: every table that says what it is sorted by is, and so after a click on each heading") {
    const IciclePage page(fixture_ticket("jdk17-g1", nmtx::test::made_trend()));
    page.finds_nothing(nmtx::test::unsorted_tables);
}
