// The page of `nmtx diff A B -o FILE.html` in a real browser.
#include "browser/made_tickets.h"
#include "browser/open_page.h"
#include "browser/page_checks.h"
#include "catch.h"
#include "report/diff/diff_report.h"

namespace {

using nmtx::test::FixtureMoment;
using nmtx::test::OpenPage;

struct Compared {
    FixtureMoment before, after;
    nmtx::Diff diff;
    std::string html;

    Compared(const std::string& first, const std::string& second) : before(first), after(second) {
        diff = nmtx::diff_moments(before.moment(), after.moment()).value();
        html = nmtx::html_diff(nmtx::account_of(before.moment(), {.judge = false}),
                               nmtx::account_of(after.moment(), {.judge = false}), diff);
    }
};

std::string box_named(const std::string& name) {
    return "[...document.querySelectorAll('.icicle g.part')].find((g) => g.__data__.data.name === '" + name +
           "')";
}

const std::string said = "document.getElementById('icicle-about').textContent";

}  // namespace

TEST_CASE("diff page: parts are coloured by their change, with a strip as long as what they gained") {
    const Compared compared("jdk17-g1", "jdk21-g1");
    const OpenPage page(compared.html);
    page.is_quiet();
    page.finds_nothing(nmtx::test::structure_faults);
    page.finds_nothing(nmtx::test::clashes);
    page.finds_nothing(nmtx::test::reach_faults);
    page.finds_nothing(nmtx::test::pale_texts);
    CHECK(page.text("document.querySelector('h1').textContent").starts_with("RSS +"));
    CHECK(page.text("document.querySelector('.hint').textContent").find("Two different processes") !=
          std::string::npos);
    CHECK(page.number("report.icicle.nodes[0][3]") == compared.diff.rss.after.value());
    CHECK(page.number("report.icicle.nodes[0][6]") == compared.diff.rss.before.value());
    // A colour, a texture and a strip for each part that changed, and none for the others.
    page.finds_nothing(R"((() => {
      const found = [];
      for (const g of document.querySelectorAll('.icicle g.part')) {
        const { bytes, before, name } = g.__data__.data, change = before === null ? 0 : bytes - before;
        const kind = Math.abs(change) < 0.05 * MEBIBYTE ? 'same' : change > 0 ? 'grown' : 'shrunk';
        if (!g.classList.contains(`f-${kind}`)) found.push(`${name} is not ${kind}`);
        const whole = Number(g.querySelector('.box').getAttribute('width'));
        const strip = Number(g.querySelector('.edge').getAttribute('width'));
        const wanted = kind === 'same' ? 0 : Math.min(1, Math.abs(change) / bytes) * whole;
        if (Math.abs(strip - wanted) > 1) found.push(`${name}: a strip of ${strip}, not of ${wanted}`);
        if (kind !== 'same' && !g.querySelector('.over').getAttribute('d')) found.push(`${name} has no texture`);
      }
      return found;
    })())");
    CHECK(page.number("document.querySelectorAll('.icicle .legend li').length") == 3);
    CHECK(page.text(said).starts_with("RSS: "));
    CHECK(page.text(said).find(" before).") != std::string::npos);
    page->evaluate(box_named("files") + ".dispatchEvent(new MouseEvent('click', {bubbles: true}))");
    CHECK(page.text(said).starts_with("files: "));
    CHECK(page.text("location.hash") == "#in=files");
    page.finds_nothing(nmtx::test::clashes);
    page->resize(390, 800);
    page.finds_nothing(nmtx::test::clashes);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
    page->prefer("dark");
    page.finds_nothing(nmtx::test::pale_texts);
    page.is_quiet();
}

TEST_CASE("diff page: its tables have the rows of the comparison, most growth first") {
    const Compared compared("jdk17-g1", "jdk21-g1");
    const OpenPage page(compared.html);
    std::size_t changed = 0;
    for (const auto& owner : compared.diff.owners)
        changed += owner.resident.change() != nmtx::Delta{} ? 1U : 0U;
    CHECK(page.number("document.querySelectorAll('#table-owners tbody tr').length") == changed);
    CHECK(
        page.holds("[...document.querySelectorAll('#table-owners tbody tr')].reduce((s, r) => s + "
                   "Number(r.cells[3].dataset.v), 0) === " +
                   std::to_string(compared.diff.rss.change().value)));
    page.finds_nothing(nmtx::test::unsorted_tables);
    for (const char* id : {"owners", "malloc", "categories", "threads", "classes", "notes"}) {
        INFO(id);
        CHECK(page.holds("document.getElementById('" + std::string(id) + "') !== null"));
    }
}

TEST_CASE("diff page: other pairs of snapshots, and one with itself, are sound pages") {
    for (const auto& [first, second] :
         {std::pair{"jdk8-g1", "jdk25-g1"}, std::pair{"jdk17-g1-nmt-off", "jdk17-g1"},
          std::pair{"jdk17-g1", "jdk17-g1"}}) {
        INFO(first << " " << second);
        const OpenPage page(Compared(first, second).html);
        page.is_quiet();
        page.finds_nothing(nmtx::test::structure_faults);
        page.finds_nothing(nmtx::test::clashes);
        page->resize(390, 800);
        CHECK(page.number("document.documentElement.scrollWidth") <= 390);
    }
    nmtx::test::browser().allow_scripts(false);
    {
        const OpenPage page(Compared("jdk17-g1", "jdk21-g1").html);
        CHECK(page.holds("document.querySelector('.tree').checkVisibility()"));
        CHECK(page.holds("document.querySelector('#table-owners').checkVisibility()"));
    }
    nmtx::test::browser().allow_scripts(true);
}
