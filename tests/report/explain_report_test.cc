// Tests of what `nmtx explain` prints.
#include "report/explain/explain_report.h"

#include <string>

#include "catch.h"
#include "findings/rules/rules.h"
#include "report/explained.h"
#include "text_parts.h"

using nmtx::test::explained;
using nmtx::test::has;

namespace {

constexpr std::string_view nmt_paste =
    "Native Memory Tracking:\n\nTotal: reserved=2048KB, committed=1024KB\n"
    "-                 Java Heap (reserved=2048KB, committed=1024KB)\n"
    "                            (mmap: reserved=2048KB, committed=1024KB)\n";

}  // namespace

TEST_CASE("explain: says which lines are what, what is missing, and quotes what it has not understood") {
    const auto explanation =
        explained("why does it grow\n71:\n" + std::string(nmt_paste) + "\x1b[2Jevil\x07\n");
    const std::string text = nmtx::explain_text(explanation, {}, {});
    CHECK(has(text, "lines 3-7        NMT summary, KB, pid 71"));
    CHECK(has(text, "committed 1.0 MiB"));
    CHECK(has(text, "pmap -X 71"));
    CHECK(has(text, "line 1           why does it grow"));
    CHECK(has(text, "line 8           evil?"));
    CHECK_FALSE(has(text, "\x1b"));
}

TEST_CASE("explain: what is left out of a long run is counted") {
    std::string prose;
    for (int i = 0; i < 30; ++i) prose += "no such format at all\n";
    const auto explanation = explained(prose);
    CHECK(has(nmtx::explain_text(explanation, {}, {}), "and 27 more lines"));
    CHECK_FALSE(has(nmtx::explain_text(explanation, {true, false}, {}), "more lines"));
}

TEST_CASE("explain: mappings with figures and NMT give the report of every other process") {
    const auto explanation =
        explained("71:\n" + std::string(nmt_paste) +
                  "e0000000-e0200000 rw-p 00000000 00:00 0 \nSize: 2048 kB\nRss:  1024 kB\n"
                  "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0       [stack]\nSize: 132 kB\n"
                  "Rss:                  16 kB\n");
    const std::string text = nmtx::explain_text(explanation, {}, {});
    CHECK(has(text, "RSS 1.0 MiB"));
    CHECK(has(text, "To learn more"));
    const std::string json = nmtx::json_explain(explanation);
    CHECK(has(json, "\"rss_bytes\": 1064960"));
    CHECK(has(json, "\"resident_from\": \"smaps\""));
}

TEST_CASE("explain: the findings of a log of kills stand without a reconciliation, and the report has them") {
    const std::string kill =
        "[ 99.1] Memory cgroup out of memory: Killed process 71 (java) total-vm:9000kB, anon-rss:4000kB, "
        "file-rss:96kB, shmem-rss:0kB, UID:1000 pgtables:80kB oom_score_adj:0\n";
    const auto alone = explained(kill);
    const std::string text = nmtx::explain_text(alone, {}, {});
    CHECK(has(text, "java (pid 71) OOM-killed with 4.0 MiB resident"));
    CHECK_FALSE(has(text, "Nothing wrong"));
    CHECK_FALSE(has(text, "To break down RSS"));
    CHECK(has(text, "1 kill, killed pid 71 java"));
    CHECK(has(text, "nmtx record PID"));  // another process: that one is gone
    CHECK(has(nmtx::json_explain(alone), "\"rule\": \"oom-log\""));

    const auto beside =
        explained("71:\n" + std::string(nmt_paste) +
                  "e0000000-e0200000 rw-p 00000000 00:00 0 \nSize: 2048 kB\nRss:  1024 kB\n"
                  "7f0000000000-7f0000100000 r-xp 00000000 fe:00 99    "
                  "/opt/jdk/lib/server/libjvm.so\nSize: 1024 kB\nRss: 512 kB\n"
                  "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0       [stack]\nSize: 132 kB\n"
                  "Rss:                  16 kB\n\n" +
                  kill);
    const std::string both = nmtx::explain_text(beside, {}, {});
    CHECK(has(both, "RSS 1.5 MiB"));
    CHECK(has(both, "java (pid 71) OOM-killed"));
}

TEST_CASE("explain: says how many texts of a kind were not kept, and where they stood") {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "Total: reserved=2048KB, committed=1024KB\n";
    const auto explanation = explained(text);
    const std::string out = nmtx::explain_text(explanation, {}, {});
    CHECK(has(out, "1000 texts in 1000 lines"));
    CHECK(has(out, "lines 65-936     872 more \"NMT report\" were left out"));
    const std::string json = nmtx::json_explain(explanation);
    CHECK(has(json, "\"parts_left_out\""));
    CHECK(has(json, "\"parts\": 872"));
}

TEST_CASE("explain: even with --all no endless run of lines is quoted") {
    std::string prose;
    for (int i = 0; i < 5000; ++i) prose += "no such format at all\n";
    CHECK(has(nmtx::explain_text(explained(prose), {true, false}, {}), "and 3000 more lines"));
}

TEST_CASE("explain: --quiet prints the findings alone, and says so where there is none") {
    const auto killed = explained(
        "[ 2331.6] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/a,task_memcg=/a,task=java,"
        "pid=71,uid=0\n"
        "[ 2331.6] Memory cgroup out of memory: Killed process 71 (java) total-vm:4194304kB, "
        "anon-rss:524288kB, file-rss:1024kB, shmem-rss:0kB, UID:0 pgtables:1024kB oom_score_adj:0\n");
    const std::string text = nmtx::explain_verdicts(killed, {});
    CHECK(has(text, "OOM-killed"));
    CHECK_FALSE(has(text, "line 1"));
    CHECK(nmtx::explain_verdicts(explained("prose\n"), {}) == "Nothing in the input was recognised.\n");
    const std::string unjudged = nmtx::explain_verdicts(explained(std::string(nmt_paste)), {});
    CHECK(unjudged.rfind("Undecided: ", 0) == 0);
}
