#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "catch.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"
#include "report/ticket/ticket.h"

using namespace nmtx;

namespace {

TicketRange range(std::uint64_t begin, std::uint64_t pages, std::string owner, std::uint64_t resident_pages) {
    TicketRange made;
    made.range = range_of(begin, begin + pages * 4096);
    made.owner = std::move(owner);
    made.resident = Bytes(resident_pages * 4096);
    return made;
}

Ticket small_ticket() {
    Ticket ticket;
    ticket.title = "Native memory of java (pid 7): RSS 3.0 MiB";
    ticket.target = "Target · pid 7 · OpenJDK 17 G1";
    ticket.nmtx_version = "0.1.0";
    ticket.rss = mib(3);
    ticket.shares = {{"JVM (tracked by NMT)",
                      mib(2),
                      {{"mmap, resident", mib(1), "of 9.0 committed"}, {"malloc", mib(1), ""}}},
                     {"unexplained", mib(1), {}}};
    ticket.owners = {{"jvm/java heap", mib(2), mib(64), mib(9), "NMT virtual memory map", false, 1},
                     {"unexplained", mib(1), {}, {}, "", true, 1}};
    ticket.map = {range(0x10000, 256, "jvm/java heap", 200), range(0x900000, 16, "", 0)};
    return ticket;
}

// Elements are closed in the order of opening; scripts and styles are passed over.
std::string unbalanced(std::string_view html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
        const bool closing = html.substr(at + 1, 1) == "/";
        const std::size_t begin = at + (closing ? 2 : 1);
        const std::string name(html.substr(begin, html.find_first_of(" >\n", begin) - begin));
        if (name == "!DOCTYPE" || name == "meta" || name == "link") continue;
        if (!closing) {
            open.push_back(name);
            if (name == "script" || name == "style") at = html.find("</" + name, at) - 1;
            continue;
        }
        if (open.empty() || open.back() != name)
            return fmt::format("</{}> closes {}", name, open.empty() ? "nothing" : open.back());
        open.pop_back();
    }
    return open.empty() ? "" : open.back() + " is never closed";
}

}  // namespace

TEST_CASE("html: what HTML would read as its own, or no eye could see, is text") {
    CHECK(html_text("<b a=\"1\" b='2'>&") == "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;");
    CHECK(html_text("a\nb\xE2\x80\xAE"
                    "c\xFF") == "a?b?c?");
    CHECK(html_name(std::string(500, '<')).size() == 119 * 4 + 3);  // "&lt;" each, then "…"
    CHECK(html_name("/a/b/c/d", true, 5) == "…/c/d");
}

TEST_CASE("html: backquotes of a sentence make code, a single one stays") {
    CHECK(html_prose("use `--redact` or `<x>`") == "use <code>--redact</code> or <code>&lt;x&gt;</code>");
    CHECK(html_prose("a ` b") == "a ` b");
    CHECK(html_prose("`a` ` b") == "<code>a</code> ` b");
}

TEST_CASE("html: a table's cells carry the exact number that they are sorted by") {
    HtmlTable table("t", "Caption <1>", {{"file", Column::name}, {"resident, MiB"}}, 1);
    table.begin_row();
    table.path("/x<y");
    table.mib(Bytes(1536 * 1024));
    const std::string html = table.finish("2 more rows.");
    CHECK(html.find("<th scope=\"row\" class=\"name\">/x&lt;y</th><td class=\"number barred\" "
                    "data-v=\"1572864\">1.5</td>") != std::string::npos);
    CHECK(html.find("<caption id=\"t-caption\">Caption &lt;1&gt;</caption>") != std::string::npos);
    CHECK(html.find("aria-sort=\"descending\">resident, MiB") != std::string::npos);
    CHECK(unbalanced(html).empty());
    CHECK(html_left_out(1, mib(1)) == "1 more row, 1.0 MiB resident, is not in this table.");
    CHECK(html_left_out(0, mib(1)).empty());
}

TEST_CASE("html: strips of the address space join what touches and has one owner") {
    const auto strips = map_strips({range(0x1000, 4, "jvm/gc", 1), range(0x5000, 4, "jvm/gc", 2),
                                    range(0xA000, 1, "jvm/gc", 1), range(0xB000, 1, "file/device", 1)});
    REQUIRE(strips.size() == 3);
    CHECK(strips[0].range == range_of(0x1000, 0x9000));
    CHECK(strips[0].ranges == 2);
    CHECK(strips[0].resident == Bytes(3 * 4096));
    CHECK(strips[1].owner == "jvm/gc");
    CHECK(strips[2].owner == "file/device");
}

TEST_CASE("html: however many mappings there are, few strips hold all their bytes") {
    std::vector<TicketRange> ranges;
    std::uint64_t at = 0x7f0000000000;
    Bytes resident, mapped;
    for (std::uint64_t i = 0; i < 30000; ++i) {
        const std::uint64_t pages = 1 + i * 7 % 33;
        ranges.push_back(range(at, pages,
                               i % 3 == 0   ? "malloc/arena"
                               : i % 3 == 1 ? "jvm/gc"
                                            : "",
                               i % 3 == 2 ? 0 : pages));
        resident += ranges.back().resident;
        mapped += ranges.back().range.size();
        at += pages * 4096 + (i % 7 == 0 ? 4096 * (i % 501) : 0);
    }
    const auto strips = map_strips(ranges);
    CHECK(strips.size() <= most_strips);
    CHECK(strips.size() > most_strips / 4);
    Bytes strips_resident, strips_mapped;
    std::size_t of = 0;
    for (std::size_t i = 0; i < strips.size(); ++i) {
        strips_resident += strips[i].resident;
        strips_mapped += strips[i].mapped;
        of += strips[i].ranges;
        if (i > 0) CHECK(strips[i - 1].range.end <= strips[i].range.begin);
        CHECK_FALSE(strips[i].owner.empty());  // nothing resident is never what most is resident of
    }
    CHECK(strips_resident == resident);
    CHECK(strips_mapped == mapped);
    CHECK(of == 30000);
    CHECK(map_strips({}).empty());
}

TEST_CASE("html: owners and shares have their colours") {
    CHECK(family_of("jvm/java heap") == "jvm");
    CHECK(family_of("malloc/nmt-tracked/gc") == "malloc-jvm");
    CHECK(family_of("malloc/free/top") == "free");
    CHECK(family_of("malloc/untracked/libx.so") == "malloc");
    CHECK(family_of("unexplained") == "unexplained");
    CHECK(family_of("") == "empty");
    CHECK(family_of_share("JVM (tracked by NMT)", "malloc") == "malloc-jvm");
    CHECK(family_of_share("native malloc (not in NMT)", "freed but retained by glibc") == "free");
    CHECK(family_of_share("native malloc (not in NMT)") == "malloc");
    CHECK(family_of_share("thread stacks (not in NMT)") == "stack");
    CHECK(family_of_share("unexplained") == "unexplained");
    CHECK(family_of_share("native image") == "jvm");
}

TEST_CASE("html: nothing in the figures' JSON can end the element that holds it") {
    Ticket ticket = small_ticket();
    ticket.shares[0].parts[0].remark = "</script><!--";
    const std::string data =
        html_safe_json(html_chart_data(ticket, map_strips(ticket.map), icicle_of(ticket)));
    CHECK(data.find('<') == std::string::npos);
    const auto parsed = nlohmann::json::parse(data);
    CHECK(parsed["waterfall"]["shares"][0]["parts"][0]["remark"] == "</script><!--");
    CHECK(parsed["waterfall"]["rss"] == 3 << 20);
    CHECK(parsed["map"].size() == 2);
    CHECK(parsed["malloc"].is_null());
}

TEST_CASE("html: the page is whole, and allows its own scripts and style alone") {
    const std::string html = html_report(small_ticket());
    CHECK(unbalanced(html).empty());
    CHECK(html.find("default-src 'none'; script-src 'sha256-") != std::string::npos);
    CHECK(html.find("unsafe-inline") == std::string::npos);
    CHECK(html.find(" style=\"") == std::string::npos);
    CHECK(html.find("<h1>RSS 3.0 MiB</h1>") != std::string::npos);
    CHECK(html.find("Mike Bostock") != std::string::npos);
    // Without a container, threads, malloc or a record there are no empty headings for them.
    for (const char* absent :
         {"id=\"container\"", "id=\"threads\"", "id=\"malloc\"", "id=\"trend\"", "id=\"findings\""})
        CHECK(html.find(absent) == std::string::npos);
    CHECK(html.find("id=\"rss\"") < html.find("id=\"owners\""));
}

TEST_CASE("html: the page opens with the application's name, the verdict and the icicle") {
    Ticket ticket = small_ticket();
    ticket.application = "a<b>.jar";
    TicketFinding finding;
    finding.title = "Something grows";
    ticket.findings = {finding};
    const std::string html = html_report(ticket);
    const std::size_t name =
        html.find("Native memory of <strong class=\"application\">a&lt;b&gt;.jar</strong>");
    const std::size_t verdict = html.find("class=\"lead"), icicle = html.find("data-chart=\"icicle\"");
    CHECK(name < verdict);
    CHECK(verdict < icicle);
    CHECK(icicle < html.find("data-chart=\"waterfall\""));
    CHECK(html.find("<title>a&lt;b&gt;.jar: Native memory of java (pid 7)") != std::string::npos);
    // Its figures are there without scripts.
    CHECK(html.find("<span class=\"who\">Java heap</span><span class=\"size\">2.0 MiB</span>") !=
          std::string::npos);
}

TEST_CASE(
    "html: the head has the true RSS where the kernel counts pages several times, and what is located") {
    Ticket ticket = small_ticket();
    ticket.mapped_again = mib(1);
    ticket.coverage = "Located by evidence: 98.0 % of RSS. Estimated: 2.0 %.";
    const std::string html = html_report(ticket);
    CHECK(html.find("<h1>True RSS 2.0 MiB</h1>") != std::string::npos);
    CHECK(html.find("RSS is 3.0 MiB: it counts 1.0 MiB of Java heap pages again") != std::string::npos);
    CHECK(html.find(ticket.coverage) != std::string::npos);
    CHECK(markdown_report(ticket).find("98.0 % of RSS") != std::string::npos);
}

TEST_CASE("html, markdown: a finding says what its confidence is in, and what is not known") {
    Ticket ticket = small_ticket();
    TicketFinding finding;
    finding.title = "2.0 MiB";
    finding.confidence = "high in the amount";
    finding.not_known = "whether it grows";
    ticket.findings = {finding};
    const std::string html = html_report(ticket), markdown = markdown_report(ticket);
    CHECK(html.find("<dt>Confidence</dt><dd>high in the amount</dd>") != std::string::npos);
    CHECK(html.find("<dt>Not known</dt><dd>whether it grows</dd>") != std::string::npos);
    CHECK(markdown.find("confidence high in the amount") != std::string::npos);
    CHECK(markdown.find("Not known: whether it grows") != std::string::npos);
}

TEST_CASE("html: the table comes first, then findings with next steps and what would refute them") {
    Ticket ticket = small_ticket();
    TicketFinding finding;
    finding.severity = TicketSeverity::warning;
    finding.id = "arena-count";
    finding.title = "64 arenas";
    finding.bytes = mib(2);
    finding.remedies = {{"Return free pages once", "jcmd 7 System.trim_native_heap"}};
    finding.refuted_label = "Wrong if";
    finding.refuted_by = {"RSS stays as it is"};
    ticket.findings = {finding};
    const std::string html = html_report(ticket);
    CHECK(unbalanced(html).empty());
    CHECK(html.find("id=\"rss\"") < html.find("id=\"findings\""));
    CHECK(html.find("id=\"findings\"") < html.find("id=\"owners\""));
    CHECK(html.find("<span class=\"badge\">Warning</span> 64 arenas") != std::string::npos);
    CHECK(html.find("<code>jcmd 7 System.trim_native_heap</code>") != std::string::npos);
    CHECK(html.find("<h4>Wrong if</h4>\n<ul>\n<li>RSS stays as it is</li>") != std::string::npos);
}
