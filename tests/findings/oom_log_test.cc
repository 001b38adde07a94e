// oom-log: the kernel's words read by kernel/oom/oom_log.h, as somebody brings them.
#include "accounts.h"
#include "catch.h"
#include "findings/judged_process.h"
#include "findings/judgement/judgement.h"

using namespace nmtx;
using made::proposes;
using made::says;

namespace {

constexpr std::string_view of_limit =
    "[  257.806210] worker invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
    "[  257.806300] memory: usage 524288kB, limit 524288kB, failcnt 77\n"
    "[  257.806310] Tasks state (memory values in pages):\n"
    "[  257.806311] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
    "[  257.806313] [   4711]  1000  4711  1500000   120000  1200000        0             0 java\n"
    "[  257.806314] [   4712]  1000  4712    20000     9000   100000        0             0 sidecar\n"
    "[  257.806315] [   4713]  1000  4713     2000       90    50000        0             0 sh\n"
    "[  257.806316] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=c1,mems_allowed=0,"
    "oom_memcg=/docker/1,task_memcg=/docker/1,task=java,pid=4711,uid=1000\n"
    "[  257.806400] Memory cgroup out of memory: Killed process 4711 (java) total-vm:6000000kB, "
    "anon-rss:470000kB, file-rss:9000kB, shmem-rss:1000kB, UID:1000 pgtables:1200kB oom_score_adj:0\n";

std::vector<Finding> find(std::string_view text) {
    auto log = parse_oom_log(text);
    REQUIRE(log);
    ProcessView view;
    view.oom_log = std::move(*log);
    const Ledger ledger;  // no process beside the text
    std::vector<Finding> found;
    for (Finding& finding : test::findings(view, ledger)) {
        if (finding.rule == "oom-log") found.push_back(std::move(finding));
    }
    return found;
}

}  // namespace

TEST_CASE("oom-log: who was killed, what it had in which pages, and whose limit was hit") {
    const auto found = find(of_limit);
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
    CHECK(says(found[0], "java (pid 4711)"));
    CHECK(says(found[0], "its cgroup's limit of 512.0 MiB was reached"));
    CHECK(says(found[0], "anonymous 459.0 MiB, files 8.8 MiB"));
    CHECK(says(found[0], "120,000 pages of 4 KiB (not kB), 468.8 MiB"));
    CHECK(says(found[0], "Other large processes: sidecar (pid 4712)") == false);  // 35 MiB, less than a tenth
    CHECK(says(found[0], "worker triggered the kill"));
    CHECK(proposes(found[0], "--limit 536870912"));
}

TEST_CASE("oom-log: a machine without memory is told from a limit that was hit, and others that were large") {
    std::string text(of_limit);
    const auto put = [&](std::string_view from, std::string_view to) {
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        text.replace(at, from.size(), to);
    };
    put("CONSTRAINT_MEMCG", "CONSTRAINT_NONE");
    put("oom_memcg=/docker/1,task_memcg", "global_oom,task_memcg");
    put("Memory cgroup out of memory", "Out of memory");
    put("[  257.806300] memory: usage 524288kB, limit 524288kB, failcnt 77\n", "");
    put(" 20000     9000 ", " 20000    90000 ");
    const auto found = find(text);
    REQUIRE(found.size() == 1);
    CHECK(says(found[0], "the machine ran out of memory"));
    CHECK(says(found[0], "Other large processes: sidecar (pid 4712) 351.6 MiB"));
}

TEST_CASE("oom-log: without such a text there is nothing to say") {
    made::Judged made(mib(100));
    CHECK(made.found("oom-log").empty());
}
