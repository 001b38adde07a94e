#include "kernel/oom/oom_records.h"

#include <string>

#include "catch.h"
#include "kernel/oom/oomd.h"

using namespace nmtx;

namespace {

constexpr std::string_view victim =
    "Memory cgroup out of memory: Killed process 71 (java) total-vm:390360kB, anon-rss:183712kB, "
    "file-rss:1016kB, shmem-rss:0kB, UID:0 pgtables:512kB oom_score_adj:0";
constexpr std::string_view row = "[  71]     0    71    97590    46182   524288        0             0 java";

}  // namespace

TEST_CASE("oom records: whatever stands before the words of the log is not theirs") {
    for (const std::string_view prefix :
         {"", "<3>", "[  100.1] [   T1234] ", "kern  :err   : [Wed Jun  4 04:51:57 2025] ",
          "2025-06-04 04:51:57 ", "web-1  | ", "node-1: ", "I0604 04:51:57.123456      12 log.go:10] ", "- ",
          "* ", "# ", "10.0.0.1: kern:     err: [2025-06-04T04:51:57.579100906Z]: ", "    MESSAGE="}) {
        CAPTURE(prefix);
        const std::string text =
            std::string(prefix) + std::string(victim) + "\n" + std::string(prefix) + std::string(row) + "\n";
        const OomText plain = plain_oom_text(text);
        CHECK(plain.foreign.empty());
        CHECK(plain.lines == std::vector<std::size_t>{1, 2});
        CHECK(plain.text.find(std::string(victim) + "\n") != std::string::npos);
        CHECK(plain.text.find(std::string(row) + "\n") != std::string::npos);
    }
}

TEST_CASE("oom records: a record that was wrapped is one again, wherever the break is") {
    const std::string whole(victim);
    const std::string stamped = "[12.5] " + whole;
    for (const std::size_t at : {12U, 20U, 28U, 43U, 46U, 53U, 62U, 70U, 77U, 87U, 95U, 100U, 112U, 126U}) {
        // As a terminal breaks it, in the midst of words, and as mail does, at a blank.
        const std::string terminal = stamped.substr(0, at + 7) + "\n" + stamped.substr(at + 7) + "\n";
        CAPTURE(terminal);
        const bool at_blank = stamped[at + 7] == ' ' || stamped[at + 6] == ' ';
        const OomText plain = plain_oom_text(terminal);
        if (at >= 43 && !at_blank) CHECK(plain.text == "kernel: " + whole + "\n");
    }
    for (std::size_t blank = whole.find(' '); blank != std::string::npos;
         blank = whole.find(' ', blank + 1)) {
        const std::string mail = "[12.5] " + whole.substr(0, blank) + "\n" + whole.substr(blank + 1) + "\n";
        CAPTURE(mail);
        CHECK(plain_oom_text(mail).text == "kernel: " + whole + "\n");
    }
}

TEST_CASE("oom records: a wrapped heading and a wrapped row are whole again") {
    const OomText plain = plain_oom_text(
        "[500.06] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes\nswapents oom_score_adj name\n"
        "[500.07] [ 259541]     0 259541    39266    25545   258048\n     0             0 java\n");
    CHECK(plain.lines == std::vector<std::size_t>{1, 3});
    CHECK(plain.text ==
          "kernel: [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
          "kernel: [ 259541]     0 259541    39266    25545   258048 0             0 java\n");
}

TEST_CASE("oom records: prose behind a record is not its rest") {
    const OomText plain = plain_oom_text("[1.2] " + std::string(victim) +
                                         "\nand 5 minutes later it was up again\n12 of them\n");
    CHECK(plain.lines == std::vector<std::size_t>{1});
    CHECK(plain.foreign == std::vector<std::size_t>{2, 3});
}

TEST_CASE("oom records: several in one line are told by their stamps and words") {
    const std::string text = "[1.1] memory: usage 5kB, limit 5kB, failcnt 7 [1.2] " + std::string(row) + " " +
                             std::string(victim) + "\n";
    CHECK(plain_oom_text(text).text == "kernel: memory: usage 5kB, limit 5kB, failcnt 7\nkernel: " +
                                           std::string(row) + "\nkernel: " + std::string(victim) + "\n");
    const std::string escaped =
        "Jun  4 04:51:57 n1 kernel: Memory cgroup stats for /mem:#012anon 104472576#012file 0\n";
    CHECK(plain_oom_text(escaped).text ==
          "kernel: Memory cgroup stats for /mem:\nkernel: anon 104472576\nkernel: file 0\n");
}

TEST_CASE("oom records: figures of a cgroup are those below its heading alone") {
    const OomText plain = plain_oom_text(
        "[1.1] Memory cgroup stats for /mem:\n[1.2] anon 104472576\n             file 0\nfree 7 of them\n");
    CHECK(plain.lines == std::vector<std::size_t>{1, 2, 3});
    CHECK(plain.foreign == std::vector<std::size_t>{4});
    CHECK(plain_oom_text("anon 104472576\n").lines.empty());
}

TEST_CASE("oom records: what systemd-oomd kills is not the kernel's") {
    const OomText plain = plain_oom_text(
        "Jun 04 04:51:57 h systemd-oomd[812]: Killed /a/b.scope due to memory pressure for /a being 62.93% > "
        "50.00% for > 20s with reclaim activity\n");
    CHECK(plain.text.empty());
    REQUIRE(plain.by_oomd.size() == 1);
    const auto kill_by_pressure = read_oomd_kill(plain.by_oomd[0]);
    REQUIRE(kill_by_pressure);
    CHECK(kill_by_pressure->cgroup == "/a/b.scope");
    CHECK(kill_by_pressure->watched == "/a");
    CHECK(kill_by_pressure->pressure == "62.93%");
    CHECK(kill_by_pressure->pressure_limit == "50.00%");
    CHECK(kill_by_pressure->duration == "20s");
    const auto kill_by_swap = read_oomd_kill(
        "Killed /a due to memory used (8123) / total (8334) and swap used (1000) / total (1073) being more "
        "than 90%");
    REQUIRE(kill_by_swap);
    CHECK(kill_by_swap->memory_used == Bytes(8123));
    CHECK(kill_by_swap->swap_total == Bytes(1073));
    CHECK_FALSE(read_oomd_kill("Killed process 7 (java)"));
}
