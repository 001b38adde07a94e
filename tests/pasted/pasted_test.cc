// Tests of pastes as a whole: recognised by content, kept apart, joined, and nothing lost.
#include "pasted/parts/pasted.h"

#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "pasted/one_paste.h"

using nmtx::PastedKind;
using nmtx::PastedPart;
using nmtx::test::read_paste;

namespace {

constexpr std::string_view nmt =
    "Native Memory Tracking:\n"
    "\n"
    "Total: reserved=3000KB, committed=1500KB\n"
    "-                 Java Heap (reserved=2000KB, committed=1000KB)\n"
    "                            (mmap: reserved=2000KB, committed=1000KB)\n"
    "\n"
    "-                     Other (reserved=1000KB, committed=500KB)\n"
    "                            (malloc=500KB #3)\n";

constexpr std::string_view smaps =
    "e0000000-e0200000 rw-p 00000000 00:00 0 \n"
    "Size:               2048 kB\n"
    "Rss:                1024 kB\n"
    "Pss:                1024 kB\n"
    "7f0000000000-7f0000100000 r-xp 00000000 fe:00 99                         /opt/jdk/lib/server/libjvm.so\n"
    "Size:               1024 kB\n"
    "Rss:                 512 kB\n"
    "Pss:                 512 kB\n"
    "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]\n"
    "Size:                132 kB\n"
    "Rss:                  16 kB\n"
    "Pss:                  16 kB\n";

std::vector<PastedKind> kinds(const nmtx::Pasted& pasted) {
    std::vector<PastedKind> found;
    for (const PastedPart& part : pasted.texts.front().parts) found.push_back(part.part.kind);
    return found;
}

const nmtx::PastedFigure* figure(const PastedPart& part, std::string_view name) {
    const auto at = std::ranges::find(part.figures, name, &nmtx::PastedFigure::name);
    return at == part.figures.end() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("paste: several texts and prose between them are told apart, with their lines") {
    const auto pasted = read_paste("It grows:\n$ jcmd 71 VM.native_memory\n71:\n" + std::string(nmt) +
                                   "\nand the kernel says\n" + std::string(smaps) + "What now?\n");
    CHECK(kinds(pasted) ==
          std::vector{PastedKind::command, PastedKind::pid_line, PastedKind::nmt, PastedKind::smaps});
    const auto& text = pasted.texts.front();
    CHECK(text.parts[2].part.first_line() == 4);
    CHECK(text.parts[2].part.last_line() == 11);
    CHECK(text.parts[2].pid == 71U);
    REQUIRE(text.leftovers.size() == 3);
    CHECK(text.leftovers[0].text == "It grows:");
    CHECK(text.leftovers[1].text == "and the kernel says");
    CHECK(text.leftovers[1].first_line == 13);
    CHECK(text.leftovers[2].text == "What now?");
    const auto* committed = figure(text.parts[2], "committed");
    REQUIRE(committed != nullptr);
    CHECK(committed->bytes == nmtx::kib(1500));
}

TEST_CASE("paste: smaps and NMT of one process are one moment that can be reconciled") {
    const auto pasted = read_paste("71:\n" + std::string(nmt) + std::string(smaps));
    REQUIRE(pasted.processes.size() == 1);
    REQUIRE(pasted.processes[0].moments.size() == 1);
    const auto& moment = pasted.processes[0].moments[0];
    CHECK(moment.reconcilable());
    CHECK(moment.resident == nmtx::ResidentFrom::smaps);
    REQUIRE(moment.view.smaps);
    CHECK(moment.view.smaps->rss == nmtx::kib(1024 + 512 + 16));
    REQUIRE(moment.view.nmt);
    CHECK(moment.view.nmt->committed == nmtx::kib(1500));
    CHECK(moment.view.vm == nmtx::Vm::hotspot);
}

TEST_CASE("paste: two reports of a process are two moments") {
    const auto pasted = read_paste("71:\n" + std::string(nmt) + "later\n71:\n" + std::string(nmt));
    REQUIRE(pasted.processes.size() == 1);
    CHECK(pasted.processes[0].moments.size() == 2);
}

TEST_CASE("paste: processes are kept apart by their ids") {
    const auto pasted = read_paste("71:\n" + std::string(nmt) + "72:\n" + std::string(nmt));
    REQUIRE(pasted.processes.size() == 2);
    CHECK(pasted.processes[0].pid == 71U);
    CHECK(pasted.processes[1].pid == 72U);
}

TEST_CASE("paste: a summary without mappings says what is missing, with the command") {
    const auto pasted = read_paste("71:\n" + std::string(nmt));
    const auto& moment = pasted.processes.at(0).moments.at(0);
    CHECK_FALSE(moment.reconcilable());
    REQUIRE_FALSE(moment.missing.empty());
    CHECK(moment.missing[0].command.find("pmap -X 71") != std::string::npos);
}

TEST_CASE("paste: prose alone is left over, whole") {
    const auto pasted = read_paste("My pod dies.\nWhy?\n");
    CHECK(pasted.texts[0].parts.empty());
    REQUIRE(pasted.texts[0].leftovers.size() == 1);
    CHECK(pasted.texts[0].leftovers[0].lines == 2);
    CHECK(pasted.processes.empty());
}

TEST_CASE("paste: prose in the midst of a report is quoted, and the report goes on behind it") {
    std::string text(nmt);
    text.insert(text.find("-                     Other"), "so far all is well, but look:\n");
    const auto pasted = read_paste(text);
    REQUIRE(kinds(pasted) == std::vector{PastedKind::nmt});
    const PastedPart& part = pasted.texts[0].parts[0];
    CHECK(part.part.runs.size() == 2);
    CHECK(figure(part, "Other") != nullptr);
    REQUIRE(pasted.texts[0].leftovers.size() == 1);
    CHECK(pasted.texts[0].leftovers[0].first_line == 7);
}

TEST_CASE("paste: a key that comes again begins another text, with prose between and without") {
    const auto figures = [](const std::string& text, std::string_view name) {
        std::size_t found = 0;
        const auto pasted = read_paste(text);
        for (const PastedPart& part : pasted.texts.front().parts) {
            CHECK(part.problem.empty());
            if (figure(part, name) != nullptr) ++found;
        }
        return found;
    };
    for (const std::string between : {"", "\n", "\nand the other host:\n\n", "the other one\n"}) {
        CAPTURE(between);
        CHECK(figures("VmHWM: 1100000 kB\nVmRSS: 1000000 kB\n" + between +
                          "VmHWM: 3300000 kB\nVmRSS: 3000000 kB\nRssAnon: 2900000 kB\n",
                      "RSS") == 2);
        CHECK(figures("VmRSS: 1000000 kB\n" + between + "VmRSS: 3000000 kB\n", "RSS") == 2);
        CHECK(figures("Rss:  6600000 kB\nPss:  2400000 kB\nSwap: 0 kB\n" + between +
                          "Rss:  1600000 kB\nPss:  1400000 kB\nSwap: 0 kB\n",
                      "RSS") == 2);
        CHECK(read_paste("MemTotal: 100 kB\nMemFree: 10 kB\n" + between + "MemTotal: 200 kB\nMemFree: 9 kB\n")
                  .texts.front()
                  .parts.size() == 2);
        CHECK(read_paste("MemFree: 10 kB\nCached: 1 kB\n" + between + "MemFree: 9 kB\nCached: 2 kB\n")
                  .texts.front()
                  .parts.size() == 2);
    }
}

TEST_CASE("paste: two lists of options are of two JVMs") {
    const auto pasted = read_paste(
        "-XX:MaxHeapSize=1073741824 -XX:InitialHeapSize=1073741824 -XX:+UseG1GC\n\nand on the other:\n\n"
        "-XX:MaxHeapSize=2073741824 -XX:InitialHeapSize=1073741824 -XX:+UseSerialGC\n");
    CHECK(kinds(pasted) == std::vector{PastedKind::vm_flags, PastedKind::vm_flags});
    REQUIRE(pasted.processes.size() == 1);
    REQUIRE(pasted.processes[0].moments.size() == 2);
    CHECK(pasted.processes[0].moments[0].view.gc() == "G1");
    CHECK(pasted.processes[0].moments[1].view.gc() == "Serial");
    // Options in several lines are one list, until one is set anew.
    CHECK(kinds(read_paste("-Xmx1g -Xms1g\n-XX:+UseG1GC -XX:MaxMetaspaceSize=1g\n")).size() == 1);
    CHECK(kinds(read_paste("-Xmx1g -XX:+UseG1GC\n-Xmx2g -XX:+UseG1GC\n")).size() == 2);
    // What says the same again contradicts nothing.
    CHECK(read_paste("-Xmx1g -XX:+UseG1GC\n\nonce more:\n\n-Xmx1g -XX:+UseG1GC\n")
              .processes.at(0)
              .moments.size() == 1);
}

TEST_CASE("paste: a GC log whose time goes back, or that a paragraph separates, is another one") {
    const std::string first =
        "[12.3s][info][gc] GC(5) Pause Young (Normal) (G1 Evacuation Pause) 24M->5M(256M) 3.123ms\n"
        "[12.4s][info][gc,metaspace] GC(5) Metaspace: 21000K(21504K)->21000K(21504K)\n";
    const std::string earlier =
        "[2.3s][info][gc] GC(1) Pause Young (Normal) (G1 Evacuation Pause) 24M->5M(256M) 3.123ms\n"
        "[2.4s][info][gc,metaspace] GC(1) Metaspace: 1000K(1504K)->1000K(1504K)\n";
    const std::string later = "[13.3s][info][gc] GC(6) Pause Young (Normal) 24M->5M(256M) 3.123ms\n";
    CHECK(kinds(read_paste(first + earlier)).size() == 2);
    CHECK(kinds(read_paste(first + "\nsecond box\n\n" + earlier)).size() == 2);
    CHECK(kinds(read_paste(first + "second box:\n" + later)).size() == 2);
    CHECK(kinds(read_paste(first + later)).size() == 1);
    CHECK(kinds(read_paste(first + "\n" + later)).size() == 1);
    CHECK(kinds(read_paste(first + "\nsecond box\n\n[13.0s] Using G1\n" + later)).size() == 2);
    // What the program prints in between does not end its log.
    CHECK(kinds(read_paste(first + "Started server on 8080\n" + later)).size() == 1);
    CHECK(kinds(read_paste("2026-11-22T20:26:55.041+0000: 9.2: [GC (Allocation Failure)  65536K->1K(9K), 0.1 "
                           "secs]\n2026-11-22T20:21:55.041+0000: 1.2: [GC (Allocation Failure)  "
                           "65536K->1K(9K), 0.1 secs]\n"))
              .size() == 2);
}

TEST_CASE("paste: the state of two containers, with a paragraph between, is two texts") {
    const std::string state =
        "\"State\": {\n    \"Status\": \"exited\",\n    \"OOMKilled\": false,\n    \"ExitCode\": 137\n},\n";
    CHECK(kinds(read_paste(state)).size() == 1);
    CHECK(kinds(read_paste(state + "\nand the other:\n\n" + state)).size() == 2);
}

TEST_CASE("paste: a remark behind a figure hides neither") {
    for (const char* remark : {"   <-- too much?", "  # too much", "  (2.2 GB)", " !!!", "\t<<< here"}) {
        CAPTURE(remark);
        for (const std::string line : {"VmRSS:\t 2,345,678 kB", "VmRSS： 2345678 kB"}) {
            const auto pasted = read_paste(line + remark + "\n");
            REQUIRE(kinds(pasted) == std::vector{PastedKind::status});
            REQUIRE(figure(pasted.texts.front().parts[0], "RSS") != nullptr);
            CHECK(figure(pasted.texts.front().parts[0], "RSS")->bytes == nmtx::kib(2345678));
        }
        const auto rollup =
            read_paste(std::string("Rss:  600 kB") + remark + "\nPss:  500 kB" + remark + "\n");
        REQUIRE(kinds(rollup) == std::vector{PastedKind::smaps_rollup});
        CHECK(figure(rollup.texts.front().parts[0], "RSS") != nullptr);
        CHECK(kinds(read_paste(std::string("MemTotal:  600 kB") + remark + "\nMemFree:  500 kB\n")) ==
              std::vector{PastedKind::meminfo});
    }
}

TEST_CASE("paste: a remark behind any line of any kind is quoted, and the line is read without it") {
    const auto has_figure = [](const std::string& text, std::string_view name) {
        const auto pasted = read_paste(text);
        REQUIRE_FALSE(pasted.texts.front().parts.empty());
        const PastedPart& part = pasted.texts.front().parts.front();
        CHECK(part.problem.empty());
        CHECK(part.unread.size() == 1);
        for (const nmtx::UnreadLine& line : part.unread) CHECK(line.text == "<-- too much?");
        return figure(part, name) != nullptr;
    };
    const std::string remark = "   <-- too much?\n";
    CHECK(has_figure("-Xmx100g -Xss512k" + remark, "ThreadStackSize"));
    CHECK(
        has_figure(" Metaspace       used 99123K, committed 102400K, reserved 1048576K\n"
                   "  class space    used 11900K, committed 12800K, reserved 1048576K" +
                       remark,
                   "class space used"));
    CHECK(has_figure("VM settings:\n    Max. Heap Size (Estimated): 3.91G" + remark,
                     "heap at most (chosen by the JVM)"));
    CHECK(has_figure("MemTotal:  600 kB" + remark + "MemFree:  500 kB\n", "total"));
}

TEST_CASE("paste: each kind is known by its first lines") {
    const auto only = [](const std::string& text) {
        const auto pasted = read_paste(text);
        INFO(text);
        REQUIRE_FALSE(pasted.texts[0].parts.empty());
        return pasted.texts[0].parts[0].part.kind;
    };
    CHECK(only("00007f8141bff000    1012      92      92 rw---   [ anon ]\n") == PastedKind::pmap);
    CHECK(only("Name:\tjava\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\n") == PastedKind::status);
    CHECK(only("VmRSS:\t  123456 kB\n") == PastedKind::status);
    CHECK(only("7f81-7f82 r-xp 00000000 fe:00 12 /lib/libc.so.6\n") == PastedKind::maps);
    CHECK(only("CodeHeap 'non-nmethods': size=5692Kb used=1388Kb max_used=1402Kb free=4303Kb\n bounds "
               "[0x1000, 0x2000, 0x3000]\n") == PastedKind::codecache);
    CHECK(
        only(" garbage-first heap   total 133120K, used 6685K [0x00000000e0000000, 0x0000000100000000)\n") ==
        PastedKind::heap_info);
    CHECK(
        only("Full thread dump OpenJDK 64-Bit Server VM (17.0.1+1 mixed mode):\n\n\"main\" #1 prio=5 tid=0x1 "
             "nid=0x7 runnable\n") == PastedKind::thread_dump);
    CHECK(only("[0.114s][info ][gc,metaspace] GC(0) Metaspace: 73K(320K)->73K(320K) NonClass: "
               "69K(192K)->69K(192K) Class: "
               "3K(128K)->3K(128K)\n") == PastedKind::gc_log);
    CHECK(only("<malloc version=\"1\">\n<heap nr=\"0\">\n") == PastedKind::malloc_info);
    CHECK(only("[1.0] Memory cgroup out of memory: Killed process 7 (java) total-vm:9kB, anon-rss:8kB, "
               "file-rss:0kB, shmem-rss:0kB\n") == PastedKind::oom);
    CHECK(only("Native memory tracking is not enabled\n") == PastedKind::answer);
    CHECK(only("0SECTION       TITLE subcomponent dump routine\n") == PastedKind::javacore);
    CHECK(only("memory.current: 123\n") == PastedKind::cgroup);
    CHECK(only("OpenJDK 64-Bit Server VM version 21.0.1+1\nJDK 21.0.1\n") == PastedKind::vm_version);
}

TEST_CASE("paste: every prefix of a mixed paste gives a value") {
    const std::string whole =
        "> $ jcmd 71 VM.native_memory\n> 71:\n" + std::string(nmt) + "#\n# text\n" + std::string(smaps) +
        "00007f8141bff000    1012      92      92 rw---   [ anon ]\n\xE2\x80\xA6\n" +
        "Full thread dump OpenJDK 64-Bit Server VM (17 mixed mode):\n\"main\" #1 prio=5 tid=0x1\n"
        "<malloc version=\"1\">\n<heap nr=\"0\">\n#\n# A fatal error has been detected by\nEND.\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto pasted = read_paste(whole.substr(0, size));
        CHECK(pasted.texts.size() == 1);
    }
}

TEST_CASE("paste: a log of kills is of the process that was killed, else of the only one, else by itself") {
    const std::string kill =
        "[ 99.1] Out of memory: Killed process 72 (java) total-vm:9000kB, anon-rss:4000kB, file-rss:96kB, "
        "shmem-rss:0kB, UID:1000 pgtables:80kB oom_score_adj:0\n";
    const auto two = read_paste("71:\n" + std::string(nmt) + "\n72:\n" + std::string(nmt) + "\n" + kill);
    REQUIRE(two.processes.size() == 2);
    CHECK_FALSE(two.processes[0].moments.back().view.oom_log);
    REQUIRE(two.processes[1].moments.back().view.oom_log);
    CHECK(two.processes[1].moments.back().view.oom_log->kills.size() == 1);

    std::string later = kill;
    later.replace(later.find("72"), 2, "73");
    const auto only = read_paste("71:\n" + std::string(nmt) + "\n" + kill + "\nand once more\n" + later);
    REQUIRE(only.processes.size() == 1);
    REQUIRE(only.processes[0].moments.back().view.oom_log);
    std::size_t victims = 0;
    for (const auto& one : only.processes[0].moments.back().view.oom_log->kills)
        victims += one.victims.size();
    CHECK(victims == 2);
    CHECK_FALSE(only.processes[0].moments.back().missing.empty());

    const auto alone = read_paste("what is this?\n" + kill);
    REQUIRE(alone.processes.size() == 1);
    CHECK_FALSE(alone.processes[0].pid);
    REQUIRE(alone.processes[0].moments.size() == 1);
    CHECK(alone.processes[0].moments[0].view.oom_log);
    CHECK(alone.processes[0].moments[0].missing.empty());
}

TEST_CASE("paste: secrets are gone before anything is read, lines and figures stay") {
    const auto pasted = read_paste(
        "token: hunter2\n$ curl -u admin:hunter2 http://host/\n"
        "java -Xmx1g -Ddb.password=hunter2 -jar /opt/app.jar\n" +
        std::string(smaps) + "mail me: hooks https://hooks.slack.com/services/T0/B0/hunter2\n");
    const auto& text = pasted.texts.front();
    CHECK(text.clean->find("hunter2") == std::string::npos);
    REQUIRE(text.leftovers.size() == 2);
    CHECK(text.leftovers[0].text.find("token: ********") != std::string_view::npos);
    const auto java = std::ranges::find(text.parts, PastedKind::java_command,
                                        [](const PastedPart& part) { return part.part.kind; });
    REQUIRE(java != text.parts.end());
    CHECK(java->part.first_line() == 3);
    REQUIRE(figure(*java, "MaxHeapSize") != nullptr);
    CHECK(figure(*java, "MaxHeapSize")->bytes == nmtx::mib(1024));
}
