// The flame graph of `nmtx stacks` in a real browser.
#include "browser/open_page.h"
#include "browser/page_checks.h"
#include "catch.h"
#include "profile/made_profile.h"
#include "report/stacks/stacks_report.h"

namespace {

using nmtx::made::add_stack;
using nmtx::test::OpenPage;

nmtx::Profile made_profile() {
    nmtx::ProfileBuilder builder;
    add_stack(builder, "libc.so.6:start_thread;Thread.run;a.B.hot;a.B.work", 60, 600);
    add_stack(builder, "libc.so.6:start_thread;Thread.run;a.B.cold;a.B.work", 30, 300, "worker");
    add_stack(builder, "[callers not unwound];libc.so.6:memcpy", 10, 100, "worker");
    return builder.take(nmtx::made::made_run(), 1);
}

nmtx::Profile hostile_profile() {
    nmtx::ProfileBuilder builder;
    const char* const name = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>";
    const std::uint32_t site = builder.site({name, name, nmtx::CodeKind::java}, 1);
    builder.add(builder.node(std::vector{site}), builder.thread(1, name), 1, 1'000'000);
    return builder.take(nmtx::made::made_run(), 1);
}

// Deep and wide, as a real one may be.
nmtx::Profile huge_profile() {
    nmtx::ProfileBuilder builder;
    for (int i = 0; i < 30'000; ++i) {
        std::string stack = "Thread.run";
        for (int depth = 0; depth < 40; ++depth)
            stack += ";pkg.Class" + std::to_string((i >> depth) % 97) + ".method";
        add_stack(builder, stack, 1, 1 + static_cast<std::uint64_t>(i % 50));
    }
    return builder.take(nmtx::made::made_run(), 1);
}

std::string page_of(const nmtx::Profile& profile) {
    return nmtx::html_stacks(profile, "1.2.3");
}

const std::string about = "document.getElementById('flame-about').textContent";
// The frame of this label.
std::string frame(const std::string& label) {
    return "[...document.querySelectorAll('.flame g.call')].find((g) => g.__data__.data.name === '" + label +
           "')";
}

}  // namespace

TEST_CASE("flame graph: each frame is as wide as its weight, and lies below its caller") {
    const OpenPage page(page_of(made_profile()));
    page.is_quiet();
    page.finds_nothing(nmtx::test::structure_faults);
    page.finds_nothing(nmtx::test::clashes);
    CHECK(page.number("document.querySelectorAll('.flame g.call').length") == 9);
    const auto width = [&](const std::string& label) {
        return page->evaluate(frame(label) + ".querySelector('rect').getBBox().width").get<double>();
    };
    CHECK(width("a.B.hot") / width("a.B.cold") > 1.96);
    CHECK(width("Thread.run") / width("all threads") > 0.88);
    CHECK(page.holds(
        "[...document.querySelectorAll('.flame g.call')].every((g) => !g.__data__.parent || "
        "g.__data__.x0 >= g.__data__.parent.x0 - 1e-9 && g.__data__.x1 <= g.__data__.parent.x1 + 1e-9)"));
    CHECK(page.number("document.querySelectorAll('#methods-table tbody tr').length") == 6);
    page->resize(390, 800);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
    page.is_quiet();
}

TEST_CASE("flame graph: zooms by click and by key, and describes what is chosen") {
    const OpenPage page(page_of(made_profile()));
    CHECK(page.text(about).starts_with("all threads: 100.0 %"));
    page->evaluate(frame("a.B.cold") + ".dispatchEvent(new MouseEvent('click', {bubbles: true}))");
    CHECK(page.text(about).starts_with("a.B.cold (Made.java, Java): 30.0 %, 0.30 s; self 0.0 %"));
    CHECK(page.holds(frame("a.B.hot") + " === undefined"));
    CHECK(page.holds("!document.getElementById('flame-reset').disabled"));
    page->evaluate("document.querySelector('.canvas.flame').focus()");
    page->press("ArrowDown", 40);
    CHECK(page.text(about).starts_with("a.B.work"));
    page->press("ArrowUp", 38);
    page->press("ArrowUp", 38);
    CHECK(page.text(about).starts_with("Thread.run (Made.java, Java): 90.0 %"));
    page->press("Escape", 27);
    CHECK(page.holds("document.getElementById('flame-reset').disabled"));
    CHECK(page.number("document.querySelectorAll('.flame g.call').length") == 9);
    page->press("ArrowDown", 40);
    page->press("ArrowDown", 40);
    page->press("Enter", 13);
    CHECK(page.text(about).starts_with("Thread.run"));
    page.is_quiet();
}

TEST_CASE("flame graph: a search shows its share, and counts what matches below a match once") {
    const OpenPage page(page_of(made_profile()));
    const auto find = [&](const std::string& words) {
        page->evaluate("(() => { const i = document.getElementById('flame-search'); i.value = '" + words +
                       "'; i.dispatchEvent(new Event('input')); })()");
        return page.text("document.getElementById('flame-matched').textContent");
    };
    CHECK(find("WORK") == "90.0 % (0.90 s) in 2 frames");
    CHECK(page.number("document.querySelectorAll('.flame g.matches').length") == 2);
    CHECK(find("a.b.") == "90.0 % (0.90 s) in 4 frames");
    CHECK(find("memcpy") == "10.0 % (0.10 s) in 1 frame");
    CHECK(find("nothing of it") == "0.0 % (0.00 s) in 0 frames");
    CHECK(find("").empty());
}

TEST_CASE("flame graph: light and dark, each with contrast, and the keyboard reaches everything") {
    const OpenPage page(page_of(made_profile()));
    const std::string ground = "getComputedStyle(document.body).backgroundColor";
    CHECK(page->evaluate(ground) == "rgb(255, 255, 255)");
    page.finds_nothing(nmtx::test::pale_texts);
    page->prefer("dark");
    CHECK(page->evaluate(ground) != "rgb(255, 255, 255)");
    page.finds_nothing(nmtx::test::pale_texts);
    CHECK(page.holds("document.querySelector('.canvas.flame').tabIndex === 0"));
    page->evaluate("document.activeElement.blur()");
    page->press("/", 191);
    CHECK(page.holds("document.activeElement.id === 'flame-search'"));
}

TEST_CASE("flame graph: names of the target stay text") {
    const OpenPage page(page_of(hostile_profile()));
    page.is_quiet();
    page.finds_nothing(nmtx::test::structure_faults);
    CHECK(page.number("document.querySelectorAll('script').length") == 3);
    CHECK(page.number("document.querySelectorAll('img').length") == 0);
    CHECK(page->evaluate("document.title") != "owned");
    CHECK(page.text("document.querySelector('.flame g.call:nth-child(2) text').textContent")
              .starts_with("</script>"));
}

TEST_CASE("flame graph: 30,000 stacks are a page of less than 2 MB that says what it leaves out") {
    const std::string html = page_of(huge_profile());
    CHECK(html.size() < 2'000'000);
    const OpenPage page(html);
    page.is_quiet();
    CHECK(page.number("document.querySelectorAll('.flame g.call').length") > 40);
    CHECK(page.holds("document.querySelector('#flame').textContent.includes('light frames are not drawn')"));
    page->resize(390, 800);
    CHECK(page.number("document.documentElement.scrollWidth") <= 390);
}

TEST_CASE("flame graph: without JavaScript the figures are there as tables") {
    nmtx::test::browser().allow_scripts(false);
    {
        const OpenPage page(page_of(made_profile()));
        CHECK(page.number("document.querySelectorAll('#methods-table tbody tr').length") == 6);
        CHECK(page.number("document.querySelectorAll('button, input').length") == 0);
    }
    nmtx::test::browser().allow_scripts(true);
}
