// The HTML report in a real browser. A page is opened once for a test; what it shows is compared with the
// ticket that it is of.
#include <functional>
#include <map>
#include <numeric>

#include "browser/browser.h"
#include "browser/made_tickets.h"
#include "browser/open_page.h"
#include "browser/page_checks.h"
#include "catch.h"
#include "report/ticket/html/html_parts.h"

namespace {

using nmtx::Bytes;
using nmtx::Ticket;
using nmtx::test::browser;
using json = nlohmann::json;

class Page : public nmtx::test::OpenPage {
  public:
    explicit Page(const Ticket& ticket, int width = 1280) : OpenPage(nmtx::html_report(ticket), width) {}
};

std::string sum_of(const std::string& selector) {
    return "[...document.querySelectorAll('" + selector +
           "')].reduce((s, e) => s + Number(e.dataset.bytes), 0)";
}

// Of which the table says that it does not have them.
std::uint64_t left_out_of_mappings(const nmtx::test::OpenPage& page) {
    return page.number(
        "Number(document.querySelector('#mappings .left-out').textContent.replace(/,/g, '').match(/^[0-9]+/)[0])");
}

}  // namespace

TEST_CASE("html: each picture shows the figures of the ticket") {
    const Ticket ticket = nmtx::test::fixture_ticket("jdk17-g1", nmtx::test::made_trend());
    const Page page(ticket);
    page.is_quiet();
    CHECK(page.number("document.querySelectorAll('.canvas').length") == 7);
    CHECK(page.number("document.querySelectorAll('.canvas svg').length") == 7);

    std::size_t parts = 0;
    for (const auto& share : ticket.shares) {
        for (const auto& part : share.parts) parts += part.resident == Bytes() ? 0U : 1U;
    }
    const std::string waterfall = "#chart-waterfall rect[data-bytes]";
    CHECK(page.number("document.querySelectorAll('" + waterfall + "').length") ==
          1 + ticket.shares.size() + parts);
    CHECK(page.number(sum_of(waterfall + "[data-level=\"0\"]")) == 2 * ticket.rss.value());
    // The owners' bars are as long as the total's: each begins where the one before it ends.
    CHECK(page.holds("(() => { const r = [...document.querySelectorAll('" + waterfall +
                     "[data-level=\"0\"]')].map((e) => e.x.baseVal.value + e.width.baseVal.value);"
                     "return Math.abs(r[0] - Math.max(...r.slice(1))) < 2 && r.slice(2).every((x, i) => x >= "
                     "r[i + 1] - 2); })()"));

    CHECK(page.number("document.querySelectorAll('#chart-map .strip').length") ==
          page.number("report.map.length"));
    CHECK(page.number(sum_of("#chart-map .resident")) == ticket.rss.value());

    Bytes live, resident;
    for (const auto& arena : ticket.malloc->arenas) live += arena.live_untracked;
    CHECK(page.number(sum_of("#chart-malloc [data-part=untracked]")) == live.value());
    for (const auto& category : ticket.categories) resident += category.resident.value_or(Bytes());
    CHECK(page.number("report.categories.reduce((s, c) => s + (c.resident || 0), 0)") == resident.value());
    CHECK(page.number(sum_of("#chart-categories .resident")) + (8 << 20) > resident.value());
    CHECK(page.number("report.icicle.nodes[0][3]") == ticket.rss.value());
    CHECK(page.number("Number(document.querySelector('#chart-trend .band').dataset.points)") ==
          nmtx::curve_width);
}

TEST_CASE("html: every fixture's page is quiet, sound in its structure, and fits a phone") {
    for (const auto& file : nmtx::fixture_files()) {
        INFO(file.filename().string());
        const Page page(nmtx::test::fixture_ticket(file.stem().string()));
        page.finds_nothing(nmtx::test::structure_faults);
        page.finds_nothing(nmtx::test::clashes);
        page->resize(390, 800);
        page.finds_nothing(nmtx::test::clashes);
        CHECK(page.number("document.documentElement.scrollWidth") <= 390);
        page.is_quiet();
    }
}

TEST_CASE("html: names of the target stay text") {
    const Page page(nmtx::test::hostile_ticket());
    page.is_quiet();
    page.finds_nothing(nmtx::test::structure_faults);
    CHECK(page.number("document.querySelectorAll('script').length") == 3);
    CHECK(page.number(
              "document.querySelectorAll('img, iframe, object, embed, style:not(head style)').length") == 0);
    CHECK(page->evaluate("document.title") != "owned");
    CHECK(page.number("document.querySelectorAll('.canvas svg').length") == 7);
    // As a reader sees them: in the table, and in the picture.
    CHECK(
        page.holds("[...document.querySelectorAll('#threads-table tbody th')].some((e) => "
                   "e.textContent === \"</script><script>document.title='owned'</script>\")"));
    CHECK(page.holds(
        "[...document.querySelectorAll('#files-table tbody th')].some((e) => e.textContent === '?txt.exe')"));
    CHECK(
        page.holds("[...document.querySelectorAll('#files-table tbody th')].some((e) => e.textContent === "
                   "'line?break??[31mred')"));
    CHECK(
        page.holds("[...document.querySelectorAll('#chart-malloc text')].some((e) => "
                   "e.textContent.startsWith('</script>'))"));
    page->resize(390, 800);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
    page.is_quiet();
}

TEST_CASE("html: 40,000 mappings are a page of less than 2 MB that says what it leaves out") {
    const Ticket ticket = nmtx::test::huge_ticket(40000);
    const std::string html = nmtx::html_report(ticket);
    CHECK(html.size() < nmtx::most_html_bytes);
    const nmtx::test::OpenPage page(html);
    page.is_quiet();
    CHECK(page.number("document.querySelectorAll('#chart-map .strip').length") <= 420);
    Bytes resident;
    for (const nmtx::TicketRange& range : ticket.map) resident += range.resident;
    CHECK(page.number(sum_of("#chart-map .resident")) == resident.value());
    CHECK(page.number("report.icicle.nodes[0][3]") == ticket.rss.value());
    CHECK(page.number("report.icicle.nodes.length") > 150);
    const std::uint64_t rows = page.number("document.querySelectorAll('#mappings-table tbody tr').length");
    CHECK(rows >= 400);
    CHECK(rows + left_out_of_mappings(page) == 40000);
    page.finds_nothing(nmtx::test::clashes);
    page->resize(390, 800);
    page.finds_nothing(nmtx::test::clashes);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
}

TEST_CASE("html: with the worst names for all of them the tables are shorter, and the page is no larger") {
    const Ticket ticket = nmtx::test::worst_ticket();
    const std::string html = nmtx::html_report(ticket);
    CHECK(html.size() < nmtx::most_html_bytes);
    const nmtx::test::OpenPage page(html);
    page.is_quiet();
    const std::uint64_t rows = page.number("document.querySelectorAll('#mappings-table tbody tr').length");
    CHECK(rows >= 100);
    CHECK(rows < 600);
    CHECK(rows + left_out_of_mappings(page) == 2000);
    CHECK(page.number("report.icicle.nodes[0][3]") == ticket.rss.value());
    page.finds_nothing(nmtx::test::clashes);
    page->resize(390, 800);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
}

TEST_CASE("html: tables are sorted and filtered, by the keyboard as well") {
    const Page page(nmtx::test::fixture_ticket("jdk17-g1"));
    const std::string head = "document.querySelectorAll('#files-table thead th')";
    const std::string values =
        "[...document.querySelectorAll('#files-table tbody tr')].map((r) => Number(r.cells[3].dataset.v))";
    const auto sorted = [&](const std::string& less) {
        return page.holds(values + ".every((v, i, all) => i === 0 || all[i - 1] " + less + " v)");
    };
    CHECK(sorted(">="));
    CHECK(page->evaluate(head + "[3].getAttribute('aria-sort')") == "descending");
    page->evaluate(head + "[3].querySelector('button').focus()");
    page->press("Enter", 13);
    CHECK(page->evaluate(head + "[3].getAttribute('aria-sort')") == "ascending");
    CHECK(sorted("<="));
    page->evaluate(head + "[0].querySelector('button').click()");
    CHECK(page->evaluate(head + "[0].getAttribute('aria-sort')") == "ascending");
    CHECK(page.number("document.querySelectorAll('#files-table [aria-sort]').length") == 1);

    page->evaluate(
        "(() => { const i = document.getElementById('files-table-filter'); i.value = 'libjvm'; "
        "i.dispatchEvent(new Event('input')); })()");
    CHECK(page.number("document.querySelectorAll('#files-table tbody tr:not([hidden])').length") == 1);
    CHECK(page.holds(
        "document.querySelector('#files-table tbody tr:not([hidden])').textContent.includes('libjvm.so')"));
    CHECK(page.number("document.querySelectorAll('#mappings-table tbody tr:not([hidden])').length") == 25);
    page->evaluate("document.querySelector('#mappings .more').click()");
    CHECK(page.holds("document.querySelectorAll('#mappings-table tbody tr[hidden]').length === 0"));
}

TEST_CASE("html: the address space is walked by the keyboard, and said aloud") {
    const Page page(nmtx::test::fixture_ticket("jdk17-g1"));
    const std::string text = "document.getElementById('walk').getAttribute('aria-valuetext')";
    page->evaluate("document.getElementById('walk').focus()");
    page->press("Home", 36);
    const std::string first = page->evaluate(text);
    CHECK(first.find(page->evaluate("report.map[0][0]").get<std::string>()) == 0);
    page->press("ArrowRight", 39);
    CHECK(page->evaluate(text).get<std::string>().find(
              page->evaluate("report.map[1][0]").get<std::string>()) == 0);
    page->evaluate("document.activeElement.blur()");
    page->press("Tab", 9);
    CHECK(page.holds("document.activeElement !== document.body"));
}

TEST_CASE("html: light and dark, each with contrast; paper is light") {
    Ticket ticket = nmtx::test::fixture_ticket("jdk17-g1", nmtx::test::made_trend());
    for (const auto severity : {nmtx::TicketSeverity::problem, nmtx::TicketSeverity::warning,
                                nmtx::TicketSeverity::note, nmtx::TicketSeverity::ok}) {
        nmtx::TicketFinding finding;
        finding.severity = severity;
        finding.title = "A finding";
        finding.remedies = {{"Look at it", "nmtx 1"}};
        ticket.findings.push_back(finding);
    }
    const Page page(ticket);
    const std::string ground = "getComputedStyle(document.body).backgroundColor";
    CHECK(page->evaluate(ground) == "rgb(255, 255, 255)");
    page.finds_nothing(nmtx::test::pale_texts);
    page->prefer("dark");
    CHECK(page->evaluate(ground) != "rgb(255, 255, 255)");
    page.finds_nothing(nmtx::test::pale_texts);
    page->evaluate("document.getElementById('theme').click()");
    CHECK(page->evaluate(ground) == "rgb(255, 255, 255)");
    page->evaluate("document.getElementById('theme').click()");
    CHECK(page->evaluate(ground) != "rgb(255, 255, 255)");

    page->call("Emulation.setEmulatedMedia", {{"media", "print"}});
    CHECK(page->evaluate(ground) == "rgb(255, 255, 255)");
    CHECK(page.holds("!document.querySelector('.tools').checkVisibility()"));
    CHECK(page.holds("document.querySelectorAll('#owners-table tbody tr')[30].checkVisibility()"));
    page->call("Emulation.setEmulatedMedia", {{"media", ""}});
    const std::string pdf = page->call("Page.printToPDF", {{"printBackground", false}})["data"];
    CHECK(pdf.rfind("JVBERi0", 0) == 0);
    CHECK(pdf.size() > 50000);
    CHECK(pdf.size() < 6'000'000);
    page.is_quiet();
}

TEST_CASE("html: everything is reached by the keyboard, and nothing is shown by colour only") {
    for (const char* fixture : {"jdk17-g1", "jdk17-g1-nmt-off", "jdk8-g1"}) {
        INFO(fixture);
        const Page page(nmtx::test::fixture_ticket(fixture, nmtx::test::made_trend()));
        page.finds_nothing(nmtx::test::reach_faults);
    }
}

// As a screen reader is given it.
TEST_CASE("html: the accessibility tree names every picture, table, region and control") {
    const Page page(nmtx::test::fixture_ticket("jdk17-g1", nmtx::test::made_trend()));
    page->call("Accessibility.enable", json::object());
    const json tree = page->call("Accessibility.getFullAXTree", json::object());
    std::map<std::string, int> roles;
    for (const json& node : tree["nodes"]) {
        if (node.value("ignored", false) || !node.contains("role")) continue;
        const std::string role = node["role"]["value"];
        ++roles[role];
        const auto text = [&](const char* key) {
            return node.contains(key) && node[key]["value"].is_string()
                       ? node[key]["value"].get<std::string>()
                       : std::string();
        };
        INFO(role << " " << node.value("backendDOMNodeId", 0));
        for (const char* named : {"image", "img", "table", "region", "navigation", "button", "link", "slider",
                                  "searchbox", "textbox", "heading"}) {
            if (role == named) CHECK_FALSE(text("name").empty());
        }
        if (role == "image" || role == "img") CHECK_FALSE(text("description").empty());
    }
    CHECK(roles["image"] + roles["img"] == 7);
    CHECK(roles["main"] == 1);
    CHECK(roles["navigation"] == 1);
    CHECK(roles["table"] >= 6);
    CHECK(roles["slider"] == 2);
    CHECK(roles["columnheader"] > 20);
    CHECK(roles["rowheader"] > 20);
    page->call("Accessibility.disable", json::object());
}

TEST_CASE("html: without JavaScript the figures are there as tables") {
    const Ticket ticket = nmtx::test::fixture_ticket("jdk8-g1");
    browser().allow_scripts(false);
    {
        const Page page(ticket);
        CHECK(page.number("document.querySelectorAll('#table-rss tbody tr').length") > ticket.shares.size());
        CHECK(page.holds("document.querySelector('#table-rss').checkVisibility()"));
        CHECK(page.number("document.querySelectorAll('#owners-table tbody tr:not([hidden])').length") ==
              ticket.owners.size());
        CHECK(page.number("document.querySelectorAll('button, input').length") == 0);
    }
    browser().allow_scripts(true);
}

// test_browser '[screenshots]': the pages, and how they look, into the directory NMTX_SCREENSHOTS.
TEST_CASE("html: screenshots", "[.screenshots]") {
    const char* folder = std::getenv("NMTX_SCREENSHOTS");
    REQUIRE(folder != nullptr);
    const std::vector<std::pair<std::string, Ticket>> tickets{
        {"jdk17-g1", nmtx::test::fixture_ticket("jdk17-g1", nmtx::test::made_trend())},
        {"jdk17-z", nmtx::test::fixture_ticket("jdk17-z")},
        {"jdk8-g1", nmtx::test::fixture_ticket("jdk8-g1")},
        {"nmt-off", nmtx::test::fixture_ticket("jdk17-g1-nmt-off")},
        {"hostile", nmtx::test::hostile_ticket()},
        {"huge", nmtx::test::huge_ticket(40000)}};
    for (const auto& [name, ticket] : tickets) {
        nmtx::test::write_text(fmt::format("{}/{}.html", folder, name), nmtx::html_report(ticket));
        for (const int width : {1280, 390}) {
            const Page page(ticket, width);
            for (const char* scheme : {"light", "dark"}) {
                page->prefer(scheme);
                page->screenshot(fmt::format("{}/{}-{}-{}.png", folder, name, width, scheme));
            }
        }
    }
}
