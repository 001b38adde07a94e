#include "report/reconciliation/report.h"

#include "accounts.h"
#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "ledger/headline.h"
#include "ledger/partition/reconcile.h"
#include "report/parts/gap_text.h"
#include "report/parts/notes.h"
#include "report/parts/shares.h"
#include "report/verbs/list.h"

using namespace nmtx;

namespace {

// A process whose names are an attack on the terminal.
const std::string hostile_smaps =
    "10000-20000 rw-p 00000000 fe:00 77 /tmp/\x1b[31mred\x1b]0;title\x07\nRss: 64 kB\nPss: 64 kB\n"
    "20000-30000 r--s 00000000 fe:00 78 /data/\xff\xfe<script>alert(1)</script>\nRss: 32 kB\nPss: 32 kB\n"
    "30000-40000 rw-p 00000000 00:00 0 [anon:\x1b[2J]\nRss: 16 kB\nPss: 16 kB\n";

ProcessView view_of(const std::string& smaps) {
    ProcessView view;
    view.smaps = parse_smaps(smaps).value();
    view.vm = Vm::none;
    view.status.emplace();
    view.status->name = "evil\x1b[0m";
    return view;
}

}  // namespace

TEST_CASE("report: names of the target reach neither terminal nor JSON with control characters") {
    const ProcessView view = view_of(hostile_smaps);
    const Ledger ledger = reconcile(view).value();
    const std::string text = text_report(test::account(view, ledger), {true, true}, {});
    for (Lines lines(text); lines.next();) CHECK(printable(lines.line()) == lines.line());
    CHECK(text.find('\x1b') == std::string::npos);
    const std::string json = json_report(test::account(view, ledger));
    CHECK(json.find('\x1b') == std::string::npos);
    CHECK(json.find("\\u001b") == std::string::npos);
}

TEST_CASE("report: the printed shares of a native image sum to RSS, its heap among them") {
    const std::string smaps =
        "400000-1905000 r-xp 00000000 fe:00 7 /opt/app/compiler\nRss: 4000 kB\nPss: 4000 kB\n"
        "7f2214b00000-7f2214b80000 ---p 00000000 00:00 0\nRss: 0 kB\nPss: 0 kB\n"
        "7f2214b80000-7f2215380000 r--p 01520000 fe:00 7 /opt/app/compiler\nRss: 3000 kB\nPss: 3000 kB\n"
        "7f2215380000-7f2215bef000 rw-p 00000000 00:00 0\nRss: 8000 kB\nPss: 8000 kB\n"
        "7f2215bef000-7f2a14b00000 ---p 00000000 00:00 0\nRss: 0 kB\nPss: 0 kB\n";
    ProcessView view = view_of(smaps);
    view.vm = vm_of(*view.smaps);
    REQUIRE(view.vm == Vm::native_image);
    const Ledger ledger = reconcile(view).value();
    Bytes printed;
    for (const Share& share : shares_of({&view, &ledger})) printed += share.resident;
    CHECK(printed == kib(15000));
    const std::string text = text_report(test::account(view, ledger), {false, false}, {});
    CHECK(text.find("  native image                         7.8 ") != std::string::npos);
    CHECK(text.find("  Java heap ") != std::string::npos);
    CHECK(text.find("estimated") != std::string::npos);
}

TEST_CASE("report: the true RSS comes first where the kernel counts pages of ZGC's heap several times") {
    Ledger ledger;
    ledger.rss = mib(102);
    CHECK(rss_text(ledger) == "RSS 102.0 MiB");
    ledger.mapped_again = mib(10);
    CHECK(rss_text(ledger) == "true RSS 92.0 MiB (kernel: 102.0)");
}

TEST_CASE("report: RSS minus committed is said to be the usual estimate, and why it fails") {
    Ledger ledger;
    CHECK(subtraction_text(ledger).empty());
    ledger.gap.classic = Delta{-301780173};
    CHECK(
        subtraction_text(ledger) ==
        "The usual estimate (RSS - NMT committed = -287.8 MiB) can be far off: committed memory need not be "
        "resident.");
    CHECK(gap_text(ledger, true).empty());
    ledger.gap.low = ledger.gap.likely = Delta{0};
    ledger.gap.high = difference(mib(10), Bytes());
    CHECK(
        subtraction_text(ledger) ==
        "The usual estimate (RSS - NMT committed = -287.8 MiB) fails: committed memory need not be resident.");
    CHECK(display_width(subtraction_text(ledger)) <= 100);
    // Right by chance is not wrong.
    ledger.gap.classic = ledger.gap.high;
    CHECK(subtraction_text(ledger) ==
          "The usual estimate (RSS - NMT committed = 10.0 MiB) is in that range here; in general it is not.");
}

TEST_CASE("report: malloc outside NMT and stacks have one name each") {
    ProcessView view;
    Ledger ledger;
    view.vm = Vm::hotspot;
    CHECK(name_of_malloc_outside(view, ledger) == "malloc (JVM and native)");
    ledger.malloc.nmt = mib(1);
    CHECK(name_of_malloc_outside(view, ledger) == "native malloc (not in NMT)");
    CHECK(name_of_native_stacks(view) == "thread stacks (not in NMT)");
    view.vm = Vm::none;
    CHECK(name_of_malloc_outside(view, ledger) == "malloc");
    CHECK(name_of_native_stacks(view) == "thread stacks");
}

TEST_CASE("report: sizes for people") {
    CHECK(in_mib(Bytes()) == "0.0");
    CHECK(in_mib(kib(4)) == "<0.1");
    CHECK(in_mib(mib(343)) == "343.0");
    CHECK(in_mib(Delta{-26319258}) == "-25.1");
    CHECK(human(kib(12)) == "12 KiB");
    CHECK(human(mib(2048)) == "2048.0 MiB");
    CHECK(human(mib(20480)) == "20.0 GiB");
    CHECK(percent(mib(1), mib(3)) == "33.3");
    CHECK(percent(mib(1), Bytes()).empty());
    CHECK(human_seconds(61) == "61 s");
    CHECK(human_seconds(7500) == "2 h 5 min");
    CHECK(human_seconds(-1) == "unknown");
}

TEST_CASE("report: a sentence is folded, a word that is too long is cut") {
    TextStyle style;
    style.width = 20;
    CHECK(paragraph("one two three four five six", style, 2) == "one two three four\n  five six\n");
    CHECK(display_width(paragraph(std::string(50, 'x'), style)) == 21);
}

namespace {

JvmSummary listed_jvm() {
    JvmSummary jvm;
    jvm.pid = 4711;
    jvm.container_pid = 1;
    jvm.user = "app";
    jvm.vm = Vm::hotspot;
    jvm.version = "17.0.15";
    jvm.gc = "G1";
    jvm.rss = mib(300);
    jvm.heap_limit = mib(256);
    jvm.nmt = NmtLevel::detail;
    jvm.uptime_s = 180;
    jvm.main = "com.example.\x1b[31mMain";
    jvm.command = "com.example.\x1b[31mMain --port=80";
    return jvm;
}

}  // namespace

TEST_CASE("list: one line a JVM with its arguments, nothing cut where it is not for a terminal") {
    JvmSummary jvm = listed_jvm();
    jvm.command += " " + std::string(500, 'x') + "END";
    const std::string text = text_list({jvm}, {});
    CHECK(text.find(" PID  RSS MiB   MAX HEAP  NMT        UP  JVM    USER  CONTAINER  MAIN CLASS OR JAR\n") !=
          std::string::npos);
    CHECK(text.find("4711    300.0  256.0 MiB  detail  3 min  17 G1  app   -          com.example.?[31mMain "
                    "--port=80 xxx") != std::string::npos);
    CHECK(text.find("xEND\n") != std::string::npos);
}

TEST_CASE("list: on a terminal lines end with an ellipsis, and PID and RSS are never what is cut") {
    JvmSummary jvm = listed_jvm();
    jvm.command += " " + std::string(500, 'x');
    jvm.container.names = {"a-container-with-a-very-long-name-of-its-own", "", ""};
    for (const std::size_t width : {20U, 40U, 60U, 80U, 200U}) {
        const std::string text = text_list({jvm, JvmSummary()}, {width});
        CAPTURE(width, text);
        CHECK(text.find("4711    300.0") != std::string::npos);
        CHECK(text.find("…\n") != std::string::npos);
        for (Lines lines(text); lines.next();) CHECK(display_width(lines.line()) <= width);
    }
    ListShape ascii{60};
    ascii.unicode = false;
    CHECK(text_list({jvm}, ascii).find("~\n") != std::string::npos);
}

TEST_CASE("list: what is unknown is a dash, and a column that says nothing is left out on a terminal") {
    JvmSummary jvm;
    jvm.pid = 7;
    jvm.vm = Vm::hotspot;
    CHECK(text_list({jvm}, {}).find("  7        -         -  ?") != std::string::npos);
    CHECK(text_list({jvm}, {}).find("CONTAINER") != std::string::npos);
    CHECK(text_list({jvm}, {100}).find("CONTAINER") == std::string::npos);
    CHECK(text_list({jvm}, {100, true}).find("\n1)  ") != std::string::npos);
    CHECK(text_list({}, {}) == "No JVM is running that this user can see.\n");
    CHECK(json_list({}) == "[]\n");
    CHECK(json_list({jvm}).find("\"nmt_level\": null") != std::string::npos);
    CHECK(json_list({listed_jvm()}).find("\"container_pid\": 1") != std::string::npos);
}
