// Tests of what is taken off a paste before it is read.
#include "pasted/divide/clean_text.h"

#include <string>

#include "catch.h"
#include "pasted/kinds/kinds.h"

using nmtx::clean_text;
using nmtx::is_anchor;
using nmtx::without_marks;

namespace {

std::string utf16(std::string_view ascii, bool little) {
    std::string out;
    for (const char c : ascii) {
        if (!little) out += '\0';
        out += c;
        if (little) out += '\0';
    }
    return out;
}

std::string unmarked(const std::string& text) {
    return without_marks(clean_text(text), is_anchor);
}

}  // namespace

TEST_CASE("clean: UTF-16 is decoded, with its mark or without, in either order") {
    const std::string text = "Total: reserved=1KB, committed=1KB\r\n";
    const std::string plain = "Total: reserved=1KB, committed=1KB\n";
    CHECK(clean_text("\xFF\xFE" + utf16(text, true)) == plain);
    CHECK(clean_text("\xFE\xFF" + utf16(text, false)) == plain);
    CHECK(clean_text(utf16(text, true)) == plain);
    CHECK(clean_text(utf16(text, false)) == plain);
}

TEST_CASE("clean: carriage returns, escapes, entities and blanks that do not break go; lines stay") {
    CHECK(clean_text("a\r\nb\r\n") == "a\nb\n");
    CHECK(clean_text("a\rb\r") == "a\nb\n");
    CHECK(clean_text("\x1b[1;31mRss:\x1b[0m 4 kB\n") == "Rss: 4 kB\n");
    CHECK(clean_text("&gt; a &lt;b&gt; &amp;&quot;\n") == "> a <b> &\"\n");
    CHECK(clean_text("Rss:\xC2\xA0 4 kB\n") == "Rss:  4 kB\n");
    CHECK(clean_text("\xEF\xBB\xBFTotal\n") == "Total\n");
    CHECK(clean_text(std::string("java\0-Xmx1g\0Main", 17)) == "java -Xmx1g Main ");
    CHECK(clean_text("&nosuch; \x1b") == "&nosuch; ");
}

TEST_CASE("clean: a call-out at a line's end goes, a lock's address stays") {
    CHECK(clean_text("Total: 1KB    <1>\n") == "Total: 1KB\n");
    CHECK(clean_text("Total: 1KB <1> <12>\n") == "Total: 1KB\n");
    CHECK(clean_text("- locked <0x00000000d62af108>\n") == "- locked <0x00000000d62af108>\n");
    CHECK(clean_text("List<1>\n") == "List<1>\n");
}

TEST_CASE("marks: quotes, comments and numbers before the lines of a report go") {
    const std::string report = "Native Memory Tracking:\n\nTotal: reserved=12KB, committed=7KB\n";
    CHECK(unmarked("> Native Memory Tracking:\n>\n> Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked(">> Native Memory Tracking:\n>>\n>> Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked("// Native Memory Tracking:\n//\n// Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked("# Native Memory Tracking:\n#\n# Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked("| Native Memory Tracking:\n|\n| Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked("1: Native Memory Tracking:\n2: \n3: Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked("  9\tNative Memory Tracking:\n 10\t\n 11\tTotal: reserved=12KB, committed=7KB\n") ==
          report);
    CHECK(unmarked("> # Native Memory Tracking:\n> #\n> # Total: reserved=12KB, committed=7KB\n") == report);
}

TEST_CASE("marks: what containers' logs put before each line goes") {
    const std::string report = "Native Memory Tracking:\nTotal: reserved=12KB, committed=7KB\n";
    CHECK(unmarked("2026-01-02T03:04:05.678901Z stdout F Native Memory Tracking:\n"
                   "2026-01-02T03:04:05.678902Z stdout F Total: reserved=12KB, committed=7KB\n") == report);
    CHECK(unmarked("app-1  | Native Memory Tracking:\napp-1  | Total: reserved=12KB, committed=7KB\n") ==
          report);
    CHECK(unmarked("Nov 26 22:05:36 host java[7]: Native Memory Tracking:\n"
                   "Nov 26 22:05:36 host java[7]: Total: reserved=12KB, committed=7KB\n") == report);
}

TEST_CASE("marks: what belongs to a text is not taken for a mark") {
    const std::string log =
        "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb) at "
        "pc=0x1, pid=7\n";
    CHECK(unmarked(log) == log);
    CHECK(unmarked("> " + log.substr(0, 2) + "> # A fatal error has been detected by the Java\n") ==
          "#\n# A fatal error has been detected by the Java\n");
    const std::string top =
        "  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"
        "  101 app       20   0 4096000  81920   9000 R  50.0   1.0   0:01.00 java\n"
        "  102 app       20   0 4096000  81920   9000 S   5.0   1.0   0:00.10 GC Thread#0\n";
    CHECK(unmarked(top) == top);
    const std::string prose = "1. Start it\n2. Wait\n3. Look\n";
    CHECK(unmarked(prose) == prose);
}
