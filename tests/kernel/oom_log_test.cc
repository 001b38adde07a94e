#include <string>

#include "catch.h"
#include "kernel/oom/long_oom_log.h"

using namespace nmtx;

namespace {

// Linux 6.9 and later, cgroup v2, as dmesg prints it.
constexpr std::string_view newest =
    R"([ 4711.100001] C2 CompilerThre invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=968
[ 4711.100002] CPU: 1 UID: 1000 PID: 31 Comm: C2 CompilerThre Not tainted 6.12.0 #1
[ 4711.100003] Call Trace:
[ 4711.100004]  <TASK>
[ 4711.100005]  dump_stack_lvl+0x44/0x58
[ 4711.100006]  </TASK>
[ 4711.100007] memory: usage 524288kB, limit 524288kB, failcnt 77
[ 4711.100008] swap: usage 0kB, limit 9007199254740988kB, failcnt 0
[ 4711.100009] Memory cgroup stats for /kubepods.slice/pod7:
[ 4711.100010] anon 530579456
[ 4711.100011] file 4096
[ 4711.100012] pagetables 2097152
[ 4711.100013] pgfault 201743
[ 4711.100014] Tasks state (memory values in pages):
[ 4711.100015] [  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name
[ 4711.100016] [    710]     0   710      243        1        1        0         0    40960        0          -998 pause
[ 4711.100017] [    731]  1000   731  1153302   134371   130000     4370         1  1466368       12           968 java -jar x
[ 4711.100018] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-7.scope,mems_allowed=0,oom_memcg=/kubepods.slice/pod7,task_memcg=/kubepods.slice/pod7/cri-7.scope,task=java,pid=731,uid=1000
[ 4711.100019] Memory cgroup out of memory: Killed process 731 (java) total-vm:4613208kB, anon-rss:520000kB, file-rss:17480kB, shmem-rss:4kB, UID:1000 pgtables:1432kB oom_score_adj:968
)";

// Linux 3.10, cgroup v1, as syslog has it.
constexpr std::string_view oldest =
    R"(Aug 25 18:21:35 host kernel: java invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0
Aug 25 18:21:35 host kernel: java cpuset=812c mems_allowed=0
Aug 25 18:21:35 host kernel: [<ffffffff81691ed5>] __do_page_fault+0x395/0x450
Aug 25 18:21:35 host kernel: Task in /docker/812c/a killed as a result of limit of /docker/812c
Aug 25 18:21:35 host kernel: memory: usage 4194304kB, limit 4194304kB, failcnt 25581
Aug 25 18:21:35 host kernel: memory+swap: usage 4194304kB, limit 8388608kB, failcnt 0
Aug 25 18:21:35 host kernel: kmem: usage 0kB, limit 9007199254740988kB, failcnt 0
Aug 25 18:21:35 host kernel: Memory cgroup stats for /docker/812c: cache:52KB rss:4194252KB rss_huge:1277952KB swap:0KB
Aug 25 18:21:35 host kernel: [ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name
Aug 25 18:21:35 host kernel: [76513]     0 76513  6553193  1047384    2363        0             0 java
Aug 25 18:21:35 host kernel: Memory cgroup out of memory: Kill process 76756 (java) score 1001 or sacrifice child
Aug 25 18:21:35 host kernel: Killed process 76513 (java) total-vm:26212772kB, anon-rss:4189536kB, file-rss:0kB, shmem-rss:0kB
)";

}  // namespace

TEST_CASE("oom log: the table counts pages, the last line kilobytes") {
    const auto log = parse_oom_log(newest);
    REQUIRE(log);
    CHECK(log->not_understood.empty());
    REQUIRE(log->kills.size() == 1);
    const OomKill& kill = log->kills[0];
    CHECK(kill.invoked_by == "C2 CompilerThre");
    CHECK(kill.order == 0);
    CHECK(kill.of_cgroup());
    CHECK(kill.limited_cgroup == "/kubepods.slice/pod7");
    CHECK(kill.victim_cgroup == "/kubepods.slice/pod7/cri-7.scope");
    REQUIRE(kill.memory);
    CHECK(kill.memory->usage == kib(524288));
    CHECK(kill.memory->limit == kib(524288));
    CHECK(kill.memory->failcnt == 77);
    REQUIRE(kill.swap);
    CHECK_FALSE(kill.swap->limit);
    CHECK_FALSE(kill.swap_with_memory);
    REQUIRE(kill.stats.size() == 1);
    CHECK(kill.stats[0].path == "/kubepods.slice/pod7");
    CHECK(kill.stats[0].find("anon") == Bytes(530579456));
    CHECK_FALSE(kill.stats[0].find("pgfault"));
    REQUIRE(kill.tasks.size() == 2);
    const OomTask& java = kill.tasks[1];
    CHECK(java.name == "java -jar x");
    CHECK(java.total_vm == kib(4 * 1153302));
    CHECK(java.rss == kib(4 * 134371));
    CHECK(java.rss_anon == kib(4 * 130000));
    CHECK(java.page_tables == Bytes(1466368));
    CHECK(java.swap == kib(48));
    CHECK(kill.tasks[0].oom_score_adj == -998);
    REQUIRE(kill.victims.size() == 1);
    CHECK(kill.victims[0].pid == 731);
    CHECK(kill.victims[0].rss() == kib(520000 + 17480 + 4));
    CHECK(kill.victims[0].uid == 1000);
    CHECK(kill.victims[0].page_tables == kib(1432));
    CHECK(kill.victims[0].oom_score_adj == 968);
    CHECK(kill.task_of(kill.victims[0]) == &java);
}

TEST_CASE("oom log: Linux 3.10 with cgroup v1") {
    const auto log = parse_oom_log(oldest);
    REQUIRE(log);
    CHECK(log->not_understood.empty());
    REQUIRE(log->kills.size() == 1);
    const OomKill& kill = log->kills[0];
    CHECK(kill.of_cgroup());
    CHECK(kill.limited_cgroup == "/docker/812c");
    CHECK(kill.victim_cgroup == "/docker/812c/a");
    CHECK(kill.swap_with_memory);
    CHECK(kill.swap->limit == kib(8388608));
    CHECK(kill.stats[0].find("rss") == kib(4194252));
    REQUIRE(kill.tasks.size() == 1);
    CHECK(kill.tasks[0].page_tables == kib(4 * 2363));
    REQUIRE(kill.victims.size() == 1);
    CHECK(kill.victims[0].anon_rss == kib(4189536));
    CHECK(log->context_lines == 3);
}

TEST_CASE("oom log: rows are read by their shape where the heading is missing") {
    const auto log = parse_oom_log(
        R"([  718]     0   718    40965    29598      256    29342         0   368640        0          -250 systemd-journal
[10517]     0 10517    74852     4784      32       5        0             0 go
[27281]     0 27281  1153302   134371  1466368        0             0 java
[ 3897]     0  3897   394872   262036     521        0             0 stress
)");
    REQUIRE(log);
    const auto& tasks = log->kills[0].tasks;
    REQUIRE(tasks.size() == 4);
    CHECK(tasks[0].rss_file == kib(4 * 29342));
    CHECK(tasks[1].page_tables == kib(4 * 37));
    CHECK(tasks[2].page_tables == Bytes(1466368));
    CHECK(tasks[3].page_tables == kib(4 * 521));
    CHECK(log->not_understood.empty());
}

TEST_CASE("oom log: each kill is one of its own, and a machine without memory is not a cgroup's limit") {
    const std::string two = std::string(oldest) + R"(hello
Out of memory: Killed process 9 (a) b) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0
)" + std::string(newest);
    const auto log = parse_oom_log(two);
    REQUIRE(log);
    REQUIRE(log->kills.size() == 3);
    CHECK(log->kills[0].of_cgroup());
    CHECK(log->kills[1].constraint == OomConstraint::none);
    CHECK(log->kills[1].victims[0].name == "a) b");
    CHECK(log->kills[2].of_cgroup());
    CHECK(log->not_understood.texts() == std::vector<UnreadText>{{13, "hello", false}});
    const auto alone =
        parse_oom_log("Out of memory: Killed process 9 (java) total-vm:8kB, anon-rss:4kB, file-rss:0kB\n");
    REQUIRE(alone);
    CHECK(alone->kills[0].constraint == OomConstraint::none);
}

TEST_CASE("oom log: a kill that the text has twice is one, with what either tells") {
    const std::string line =
        "Memory cgroup out of memory: Killed process 9 (java) total-vm:8kB, anon-rss:4kB, file-rss:0kB\n";
    const auto twice = parse_oom_log(line + "memory: usage 4kB, limit 4kB, failcnt 7\n" + line);
    REQUIRE(twice);
    REQUIRE(twice->kills.size() == 1);
    REQUIRE(twice->kills[0].memory);
    CHECK(twice->kills[0].memory->failcnt == 7);
    const auto other =
        parse_oom_log(line + "Memory cgroup out of memory: Killed process 10 (java) total-vm:8kB\n");
    REQUIRE(other);
    CHECK(other->kills.size() == 2);
}

TEST_CASE("oom log: the line before \"Killed process\" of old kernels says whose limit was hit") {
    const auto log = parse_oom_log(
        "[1.1] Memory cgroup out of memory: Kill process 4883 (java) score 11 or sacrifice child\n"
        "[1.2] Killed process 4883 (java) total-vm:1925104kB, anon-rss:516924kB, file-rss:10852kB\n");
    REQUIRE(log);
    REQUIRE(log->kills.size() == 1);
    CHECK(log->kills[0].of_cgroup());
    CHECK(log->kills[0].victims.size() == 1);
    CHECK(log->kills[0].victims[0].rss() == kib(516924 + 10852));

    const auto first_only =
        parse_oom_log("Out of memory: Kill process 7 (java) score 956 or sacrifice child\n");
    REQUIRE(first_only);
    REQUIRE(first_only->kills.size() == 1);
    CHECK(first_only->kills[0].constraint == OomConstraint::none);
    CHECK(first_only->kills[0].victims[0].pid == 7);

    const auto second_only =
        parse_oom_log("Killed process 4883 (java) total-vm:1925104kB, anon-rss:516924kB\n");
    REQUIRE(second_only);
    CHECK(second_only->kills[0].constraint == OomConstraint::unknown);
}

TEST_CASE("oom log: the forms of Linux 2.6") {
    const auto log = parse_oom_log(
        "Killed process 2592, UID 500, (java) total-vm:4031636kB, anon-rss:2019292kB, file-rss:1096kB\n"
        "Out of Memory: Killed process 71 (java).\n"
        "Killed process 72 (java) vsz:800kB, anon-rss:40kB, file-rss:8kB\n");
    REQUIRE(log);
    REQUIRE(log->kills.size() == 3);
    CHECK(log->kills[0].victims[0].uid == 500);
    CHECK(log->kills[0].victims[0].name == "java");
    CHECK(log->kills[0].victims[0].anon_rss == kib(2019292));
    CHECK(log->kills[1].victims[0].name == "java");
    CHECK(log->kills[1].constraint == OomConstraint::none);
    CHECK(log->kills[2].victims[0].total_vm == kib(800));
}

TEST_CASE("oom log: a call of the killer without its end is no kill") {
    const auto log = parse_oom_log(
        "[600.1] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
        "[600.2] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
        "[600.3] Memory cgroup out of memory: Killed process 9 (java) total-vm:8kB, anon-rss:4kB\n");
    REQUIRE(log);
    REQUIRE(log->kills.size() == 2);
    CHECK(log->kills[0].victims.empty());
    CHECK(log->kills[1].victims.size() == 1);
}

TEST_CASE("oom log: all processes of a cgroup are one kill where the kernel says so") {
    const std::string line = "Memory cgroup out of memory: Killed process ";
    const auto log = parse_oom_log(line + "70 (sh) total-vm:8kB, anon-rss:4kB, file-rss:0kB\n" +
                                   "Tasks in /c1 are going to be killed due to memory.oom.group set\n" +
                                   line + "71 (java) total-vm:80kB, anon-rss:40kB, file-rss:0kB\n");
    REQUIRE(log);
    REQUIRE(log->kills.size() == 1);
    CHECK(log->kills[0].victims.size() == 2);
}

TEST_CASE("oom log: who was chosen is known from oom-kill: where the last line was cut off") {
    const auto log = parse_oom_log(
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/a,task=java,pid=5,uid=0\n");
    REQUIRE(log);
    REQUIRE(log->kills[0].victims.size() == 1);
    CHECK(log->kills[0].victims[0].pid == 5);
    CHECK(log->kills[0].victims[0].name == "java");
    CHECK_FALSE(log->kills[0].victims[0].rss());
    CHECK_FALSE(log->kills[0].of_cgroup());
}

TEST_CASE("oom log: what logs set before a line is taken away") {
    for (const std::string_view line :
         {"memory: x", "[  257.820460] memory: x", "[  257.820460][ T1234] memory: x",
          "Aug 25 18:21:35 h kernel: [  257.8] memory: x", "2024-05-06T07:08:09+0200 h kernel: memory: x",
          "[Mon May  6 07:08:09 2024] memory: x", "<6>[39291577.009360] memory: x",
          "2024-05-06T07:08:09,123456+02:00 memory: x", "kern  :err   : [Wed Jun  4 04:51:57 2025] memory: x",
          "10.0.0.1: kern:    info: [2025-06-04T04:51:57.572293906Z]: memory: x",
          "[  100.1] [   T1234] memory: x"}) {
        CAPTURE(line);
        CHECK(without_log_prefix(line) == "memory: x");
    }
    CHECK(without_log_prefix("[27281]     0 27281") == "[27281]     0 27281");
}

TEST_CASE("oom log: every prefix gives a value or an error") {
    for (const std::string_view text : {newest, oldest}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const auto log = parse_oom_log(text.substr(0, n));
            if (!log) CHECK(log.error().where == "oom log:1");
        }
    }
    CHECK_FALSE(parse_oom_log("nothing of the kind\n"));
}

TEST_CASE("oom log: of very many kills the first and the last are kept, the others counted") {
    std::string text;
    for (int i = 1; i <= 1000; ++i) text += "Killed process " + std::to_string(i) + " (java)\n";
    const auto read = nmtx::parse_long_oom_log(text);
    REQUIRE(read);
    CHECK(read->log.kills.size() == 200);
    CHECK(read->kills_left_out == 800);
    CHECK(read->log.kills.front().victims.front().pid == 1);
    CHECK(read->log.kills[99].victims.front().pid == 100);
    CHECK(read->log.kills[100].victims.front().pid == 901);
    CHECK(read->log.kills.back().victims.front().pid == 1000);
}

TEST_CASE("oom log: figures of a cgroup without end are counted, not kept") {
    std::string text = "Memory cgroup stats for /a:\n";
    for (int i = 0; i < 2000; ++i) text += "anon_" + std::to_string(i) + " 1\n";
    const auto read = nmtx::parse_long_oom_log(text + "Killed process 7 (java)\n");
    REQUIRE(read);
    REQUIRE(read->log.kills.size() == 1);
    CHECK(read->log.kills[0].stats.front().figures.size() == 512);
    CHECK(read->lines_left_out == 2000 - 512);
}
