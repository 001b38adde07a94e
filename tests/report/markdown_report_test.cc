#include <algorithm>

#include "base/lines.h"
#include "catch.h"
#include "report/ticket/markdown/markdown_text.h"
#include "report/ticket/ticket.h"

using namespace nmtx;

namespace {

const std::string hostile =
    "a|b `c` <img src=x onerror=alert(1)> @octocat #123 [x](http://evil.example) **b** \\|";

// The text without its code spans: between runs of backticks of the same length.
std::string without_code(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t run = std::min(text.find_first_not_of('`', at), text.size()) - at;
        if (run == 0) {
            out += text[at++];
            continue;
        }
        std::size_t end = at + run;
        while (end < text.size()) {
            end = std::min(text.find('`', end), text.size());
            const std::size_t closing = std::min(text.find_first_not_of('`', end), text.size()) - end;
            end += closing;
            if (closing == run || closing == 0) break;
        }
        at = end;
    }
    return out;
}

// A ticket in which everything that can be long is very long and hostile.
Ticket large_ticket() {
    Ticket ticket;
    const std::string name = hostile + std::string(2000, 'x');
    ticket.title = ticket.target = ticket.command = ticket.redaction = name;
    ticket.rss = mib(1000);
    for (std::size_t i = 0; i < 3000; ++i) {
        TicketFinding finding;
        finding.title = name;
        finding.evidence = finding.refuted_by = {name, name, name};
        finding.remedies = {{name, name}, {name, name}, {name, name}};
        ticket.findings.push_back(finding);
        ticket.owners.push_back({name, mib(1), {}, {}, name, true, 1});
        ticket.areas.push_back({name, mib(1), {}, {}, false, name});
        ticket.files.push_back({name, name, mib(1), 1});
        ticket.missing.push_back({name, name, name});
        ticket.flags.push_back(name);
        ticket.notes.push_back(name);
        ticket.versions.push_back({"what", name});
        ticket.reproduce.push_back({"what", name});
    }
    ticket.threads.emplace();
    ticket.threads->by_kind = name;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        ticket.threads->threads.push_back({i, name, "Java", {}, 'R', {}, {}, 0, {}, kib(4)});
        ticket.threads->pools.push_back({name, "Java", 1, 0, 0, mib(1), kib(4)});
    }
    return ticket;
}

}  // namespace

TEST_CASE("markdown: names are code, and every word that means something to a tracker") {
    CHECK(code_span("a|b", Place::cell) == "`a\\|b`");
    CHECK(code_span("a|b", Place::line) == "`a|b`");
    CHECK(code_span("a\\|b", Place::cell) == "`a\\¦b`");
    CHECK(code_span("a`b", Place::line) == "`` a`b ``");
    CHECK(code_span("", Place::line).empty());
    CHECK(code_span("ä" + std::string(300, 'x'), Place::line, 10) == "`ä" + std::string(5, 'x') + "…`");
    CHECK(cut_bytes("äää", 5) == "ä…");
    CHECK(prose("RSS - NMT committed = -25.1 MiB; it is <0.1, no leak.") ==
          "RSS - NMT committed = -25.1 MiB; it is <0.1, no leak.");
    CHECK(prose("in libtarget.so, by -XX:MaxDirectMemorySize=1m (see www.evil.example).") ==
          "in `libtarget.so`, by `-XX:MaxDirectMemorySize=1m` (see `www.evil.example`).");
    CHECK(prose("@octocat #123, GH-1 and <b> [x](http://e) :smile: then deadbeef1") ==
          "`@octocat #123`, `GH-1` and `<b> [x](http://e) :smile`: then `deadbeef1`");
    CHECK(prose("nmtx record 1 -o FILE.db for hours") == "nmtx record 1 `-o FILE.db` for hours");
    CHECK(prose("a|b", Place::cell) == "`a\\|b`");
}

TEST_CASE("markdown: a block of code ends where it is to end") {
    CHECK(code_block("a\n```\nb", "sh") == "````sh\na\n```\nb\n````\n\n");
}

TEST_CASE("markdown: however much there is, it stays below its bound and says what it left out") {
    const std::string text = markdown_report(large_ticket());
    CHECK(text.size() < most_markdown_bytes);
    CHECK(text.find("more findings are left out") != std::string::npos);
    CHECK(text.find("Left out to keep the ticket short") != std::string::npos);
    CHECK(text.find("\n### Where the memory is\n") != std::string::npos);
}

TEST_CASE("markdown: rows of a table have as many cells as its heading, whatever the names are") {
    Ticket ticket;
    ticket.rss = mib(1);
    ticket.owners.push_back({"malloc/untracked/" + hostile, mib(1), {}, {}, hostile, false, 1});
    ticket.missing.push_back({hostile, hostile, hostile});
    const std::string text = markdown_report(ticket);
    std::size_t columns = 0;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        if (!line.starts_with('|')) {
            columns = 0;
            continue;
        }
        std::size_t bars = 0;
        for (std::size_t i = 0; i < line.size(); ++i)
            bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1U : 0U;
        if (columns == 0) columns = bars;
        INFO(line);
        CHECK(bars == columns);
    }
    const std::string outside = without_code(text);
    for (const char* part : {"@octocat", "#123", "http:", "<img", "**b**"})
        CHECK(outside.find(part) == std::string::npos);
}
