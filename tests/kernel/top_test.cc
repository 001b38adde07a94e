#include "kernel/top.h"

#include <string>

#include "catch.h"
#include "kernel/containers/container_stats.h"

using namespace nmtx;

namespace {

constexpr std::string_view top4 = R"(top - 22:07:46 up 11 min,  0 user,  load average: 11.93, 5.64, 2.49
Threads:   2 total,   0 running,   0 sleeping,   1 stopped,   0 zombie
%Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st 
MiB Mem :  24105.6 total,  18587.3 free,   2696.5 used,   3137.4 buff/cache     
MiB Swap:      0.0 total,      0.0 free,      0.0 used.  21409.0 avail Mem 

  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
18851 root      20   0 2842612  88884  20736 T   0.0   0.4   0:00.05 java
18853 root      rt -20   1.2t   5,1g  20736 S  14,3   0.4   0:00.04 GC Thread#0
)";

constexpr std::string_view ps = R"(USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.0  0.0   2384  1320 ?        Ss   21:56   0:00 /sbin/init splash
app         2936 12.5  4.1 9994656 3988836 ?     Sl   Nov26  11:15 java -jar a.jar
)";

constexpr std::string_view docker =
    R"(CONTAINER ID        NAME                CPU %               MEM USAGE / LIMIT   MEM %               NET I/O             BLOCK I/O           PIDS
9afcb62a26c8        web-0.1             0.93%               461MiB / 9.744GiB   4.62%               286MB / 7.92MB      157MB / 2.66GB      57
)";

}  // namespace

TEST_CASE("human size: units of top, ps, smem, docker and kubectl") {
    const auto bytes = [](std::string_view text) { return read_human_size(text)->bytes; };
    CHECK(bytes("88884") == kib(88884));
    CHECK(bytes("584m") == mib(584));
    CHECK(bytes("1.5g") == mib(1536));
    CHECK(bytes("1,5G") == mib(1536));
    CHECK(bytes("2099Mi") == mib(2099));
    CHECK(bytes("461MiB") == mib(461));
    CHECK(bytes("286MB") == Bytes(286'000'000));
    CHECK(bytes("1.5kB") == Bytes(1500));
    CHECK(bytes("512B") == Bytes(512));
    CHECK(bytes("99999999999999999p") == Bytes(~std::uint64_t{0}));
    CHECK_FALSE(read_human_size("88884")->rounded);
    CHECK(read_human_size("584m")->rounded);
    for (const std::string_view text : {"", "m", "1x", "1.", "1.5.5", "-5", "0:00.05", "MiB"}) {
        CAPTURE(text);
        CHECK_FALSE(read_human_size(text));
    }
    CHECK(read_percent("14,3") == 14.3);
    CHECK(read_percent("0.93%") == 0.93);
    CHECK_FALSE(read_percent("x"));
}

TEST_CASE("top: memory and rows by the heading") {
    const auto top = parse_top(top4);
    REQUIRE(top);
    CHECK(top->not_understood.empty());
    REQUIRE(top->frames.size() == 1);
    const TopFrame& frame = top->frames[0];
    CHECK(frame.threads);
    CHECK(frame.memory.total->bytes == Bytes(25276553625));  // 24105.6 MiB
    CHECK(frame.memory.available->bytes == mib(21409));
    CHECK(frame.swap.total->bytes == Bytes());
    REQUIRE(frame.rows.size() == 2);
    CHECK(frame.rows[0].pid == 18851);
    CHECK(frame.rows[0].virtual_size->bytes == kib(2842612));
    CHECK(frame.rows[0].resident->bytes == kib(88884));
    CHECK(frame.rows[0].state == "T");
    CHECK(frame.rows[1].command == "GC Thread#0");
    CHECK(frame.rows[1].cpu_percent == 14.3);
    CHECK(frame.rows[1].resident->rounded);
    CHECK(frame.rows[1].cpu_time == "0:00.04");
}

TEST_CASE("top: old releases, busybox, several screens, and rows that grep took") {
    const auto old = parse_top(R"(top - 15:20:30 up  6:57,  5 users,  load average: 0.64, 0.44, 0.33
KiB Mem:   8167848 total,  6642360 used,  1525488 free,  1026876 buffers
KiB Swap:  1998844 total,        0 used,  1998844 free,  2138148 cached
  PID USER      PR  NI  VIRT  RES  SHR S  %CPU %MEM    TIME+  COMMAND
 2986 app       20   0  584m  42m  26m S  14.3  0.5   0:44.27 java
top - 15:20:33 up  6:57,  5 users,  load average: 0.64, 0.44, 0.33
Mem:   8167848k total,  6642360k used,  1525488k free,  1026876k buffers
 2986 app       20   0  584m  43m  26m S  14.3  0.5   0:44.27 java
)");
    REQUIRE(old);
    REQUIRE(old->frames.size() == 2);
    CHECK(old->frames[0].memory.used->bytes == kib(6642360));
    CHECK(old->frames[0].memory.cache->bytes == kib(1026876 + 2138148));
    CHECK(old->frames[0].rows[0].resident->bytes == mib(42));
    CHECK(old->frames[1].memory.total->bytes == kib(8167848));
    CHECK(old->frames[1].rows[0].resident->bytes == mib(43));
    CHECK(old->not_understood.empty());

    const auto busybox = parse_top(R"(Mem: 160372K used, 90000K free, 12K shrd, 400K buff, 50000K cached
CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq
Load average: 0.00 0.01 0.05 1/110 17
  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND
    1     0 root     S     2.7g  71%   0% java -jar a.jar
)");
    REQUIRE(busybox);
    CHECK(busybox->frames[0].memory.used->bytes == kib(160372));
    CHECK(busybox->frames[0].rows[0].parent == 0);
    CHECK(busybox->frames[0].rows[0].command == "java -jar a.jar");
    CHECK(busybox->not_understood.empty());

    const auto row = parse_top("18851 root      20   0 2842612  88884  20736 T   0.0   0.4   0:00.05 java\n");
    REQUIRE(row);
    CHECK(row->frames[0].rows[0].resident->bytes == kib(88884));
}

TEST_CASE("top: a line of smaps or of free is not one of its lines of memory") {
    CHECK_FALSE(parse_top("Swap:                  0 kB\n"));
    CHECK_FALSE(parse_top("Mem:        24105\n"));
}

TEST_CASE("ps and smem: the heading says what the columns are") {
    const auto aux = parse_process_table(ps);
    REQUIRE(aux);
    CHECK(aux->heading);
    REQUIRE(aux->rows.size() == 2);
    CHECK(aux->rows[1].resident->bytes == kib(3988836));
    CHECK(aux->rows[1].command == "java -jar a.jar");
    CHECK(aux->rows[1].cpu_percent == 12.5);

    const auto bare = parse_process_table(ps.substr(ps.find('\n') + 1));
    REQUIRE(bare);
    CHECK_FALSE(bare->heading);
    CHECK(bare->rows[1].resident->bytes == kib(3988836));

    const auto chosen = parse_process_table(
        "$ ps -p 71 -o pcpu,rss,size,vsize\n%CPU   RSS  SIZE    VSZ\n11.2 486040 580860 3814600\n");
    REQUIRE(chosen);
    CHECK(chosen->rows[0].resident->bytes == kib(486040));
    CHECK(chosen->rows[0].virtual_size->bytes == kib(3814600));
    CHECK(chosen->not_understood.texts().size() == 1);

    const auto started = parse_process_table(
        "  PID                  STARTED   RSS COMMAND\n    7 Thu Nov 26 21:56:01 2026  1320 java\n");
    REQUIRE(started);
    CHECK(started->rows[0].resident->bytes == kib(1320));

    const auto smem = parse_process_table(
        "  PID Command                                                  RSS     PSS \n"
        "15474 /opt/jdk-17/bin/java -jar a.jar                          5.1G    5.0G \n");
    REQUIRE(smem);
    CHECK(smem->rows[0].command == "/opt/jdk-17/bin/java -jar a.jar");
    CHECK(smem->rows[0].pss->bytes == mib(5120));
    CHECK_FALSE(parse_process_table("PID TTY\n1 ?\n"));
}

TEST_CASE("docker stats and kubectl top") {
    const auto table = parse_container_stats(docker);
    REQUIRE(table);
    REQUIRE(table->rows.size() == 1);
    const ContainerStats& row = table->rows[0];
    CHECK(row.id == "9afcb62a26c8");
    CHECK(row.name == "web-0.1");
    CHECK(row.usage.bytes == mib(461));
    CHECK(row.limit->bytes.value() / 1048576 == 9977);
    CHECK(row.memory_percent == 4.62);
    CHECK(row.pids == 57);
    CHECK(table->not_understood.empty());

    const auto old = parse_container_stats(
        "CONTAINER   CPU %   MEM USAGE / LIMIT   MEM %   NET I/O\n9afc   0.07%   796 KiB / 64 MiB   1.21%   "
        "788 B / 648 B\n");
    REQUIRE(old);
    CHECK(old->rows[0].usage.bytes == kib(796));
    CHECK(old->rows[0].name.empty());

    const auto pods = parse_container_stats(
        "NAME       CPU(cores)   MEMORY(bytes)\nweb-0      48m          2099Mi\nhello\n");
    REQUIRE(pods);
    CHECK(pods->rows[0].kubectl);
    CHECK(pods->rows[0].usage.bytes == mib(2099));
    CHECK(pods->not_understood.texts().size() == 1);
    CHECK_FALSE(parse_container_stats("a / b\n"));
}

TEST_CASE("top, ps and docker stats: every prefix gives a value or an error") {
    for (const std::string_view text : {top4, ps, docker}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const std::string_view part = text.substr(0, n);
            if (const auto top = parse_top(part); !top) CHECK(top.error().where.starts_with("top:"));
            if (const auto table = parse_process_table(part); !table)
                CHECK(table.error().where.starts_with("ps:"));
            if (const auto table = parse_container_stats(part); !table)
                CHECK(table.error().where.starts_with("docker stats:"));
        }
    }
}
