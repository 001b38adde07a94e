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
