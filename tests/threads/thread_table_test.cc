#include "threads/thread_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "catch.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"
#include "threads/thread_choice.h"

using namespace nmtx;

namespace {

bool close(std::optional<double> value, double wanted) {
    return value && std::abs(*value - wanted) < 1e-6;
}

// The process starts at 26541, and its threads unless said otherwise.
constexpr std::uint64_t start_of_process = 26541;

std::string task(int tid, std::string_view comm, std::uint64_t at, std::uint64_t run, std::uint64_t wait,
                 std::string_view more = "", std::uint64_t start = start_of_process) {
    return fmt::format(
        "{} ({}) S 1 1 1 0 -1 64 0 0 0 0 12 3 0 0 20 0 4 0 {} 0 0 0 0 0 140000 0 0 0\nat {}\n"
        "schedstat {} {} 5\n{}",
        tid, comm, start, at, run, wait, more);
}

struct Made : made::Process {
    std::string smaps, before, tasks, dump;
    ThreadTable table;

    void build() {
        view.header.start_ticks = start_of_process;
        view.header.target_uptime_s = 100;
        view.smaps = parse_smaps(smaps).value();
        view.tasks = parse_tasks(tasks).value();
        if (!before.empty()) view.tasks_before = parse_tasks(before).value();
        if (!dump.empty()) view.thread_dump = parse_thread_dump(dump).value();
        ledger = reconcile(view).value();
        table = thread_table({&view, &ledger});
    }
    [[nodiscard]] const ThreadRow& row(std::uint64_t tid) const {
        for (const ThreadRow& r : table.rows) {
            if (r.tid == tid) return r;
        }
        throw std::runtime_error("no such thread");
    }
};

constexpr std::string_view smaps_of_two_stacks =
    "7f0000000000-7f0000001000 ---p 00000000 00:00 0 \nRss: 0 kB\n"
    "7f0000001000-7f0000100000 rw-p 00000000 00:00 0 \nRss: 40 kB\nAnonHugePages: 0 kB\n"
    "7f0000200000-7f0000204000 ---p 00000000 00:00 0 \nRss: 0 kB\n"
    "7f0000204000-7f0000300000 rw-p 00000000 00:00 0 \nRss: 100 kB\nAnonHugePages: 0 kB\n";
constexpr std::string_view waits_in_the_first = "syscall 202 0x0 0x0 0x0 0x0 0x0 0x0 0x7f00000ff000 0x1\n";

}  // namespace

TEST_CASE("threads: CPU and waiting are shares of the time between a task's own two readings") {
    Made made;
    made.before = task(10, "java", 1'000'000'000, 500'000'000, 0) + task(11, "worker", 1'100'000'000, 0, 0);
    made.tasks = task(10, "java", 2'000'000'000, 750'000'000, 100'000'000) +
                 task(11, "worker", 3'100'000'000, 1'000'000'000, 0);
    made.build();
    CHECK(close(made.table.interval_s, 1));
    CHECK(close(made.row(10).cpu_percent, 25));
    CHECK(close(made.row(10).wait_percent, 10));
    CHECK(close(made.row(10).cpu_seconds, 0.75));
    CHECK(close(made.row(11).cpu_percent, 50));
    CHECK(made.row(11).change == ThreadChange::none);
}

TEST_CASE("threads: one that began or ended meanwhile is shown as such, also where its id was used again") {
    Made made;
    made.before = task(10, "java", 1'000'000'000, 0, 0) + task(11, "gone", 1'000'000'000, 7'000'000'000, 0) +
                  task(12, "before", 1'000'000'000, 9'000'000'000, 0);
    made.tasks = task(10, "java", 2'000'000'000, 0, 0) +
                 task(12, "after", 2'000'000'000, 500'000'000, 0, "", 36541) +
                 task(13, "new", 2'000'000'000, 250'000'000, 0, "", 36541);
    made.build();
    CHECK(made.row(11).change == ThreadChange::ended);
    CHECK(made.row(13).change == ThreadChange::started);
    CHECK(close(made.row(13).cpu_percent, 25));
    std::vector<std::string> names;
    for (const ThreadRow& row : made.table.rows) {
        if (row.tid == 12) names.push_back(row.name);
    }
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"after", "before"});
    CHECK(made.table.counts.tasks == 3);
}

TEST_CASE("threads: without an interval CPU is a share of the time since a thread began") {
    Made made;
    made.tasks = task(10, "java", 2'000'000'000, 50'000'000'000, 0) +
                 task(11, "late", 2'000'000'000, 5'000'000'000, 0, "", start_of_process + 9000);
    made.build();
    CHECK(close(made.table.interval_s, 0));
    CHECK(close(made.row(10).cpu_percent, 50));
    CHECK(close(made.row(11).cpu_percent, 50));
}

TEST_CASE("threads: a stack is its thread's by the stack pointer, and all of them sum to the ledger's rows") {
    Made made;
    made.smaps = smaps_of_two_stacks;
    made.tasks = task(10, "java", 2, 0, 0, waits_in_the_first) +
                 task(11, "busy", 2, 0, 0, "syscall running\n") + task(12, "busy too", 2, 0, 0);
    made.view.residency = parse_residency(
                              "method pagemap\npage 4096\nasked 7f0000001000-7f0000100000\n"
                              "7f00000f0000-7f00000f2000\n7f00000f8000-7f0000100000\n")
                              .value();
    made.build();
    REQUIRE(made.row(10).stack);
    CHECK(made.row(10).stack->reserved == kib(1024));
    CHECK(made.row(10).stack->resident == kib(40));
    CHECK(made.row(10).stack->high_water == kib(64));
    CHECK(made.row(10).used == kib(4));
    CHECK_FALSE(made.row(11).stack);
    REQUIRE(made.table.stacks_of_nobody.size() == 1);
    CHECK(made.table.stacks_of_nobody[0].resident == kib(100));
    CHECK(made.table.totals.stacks_resident == kib(140));
    Bytes rows;
    for (const Row& row : made.ledger.rows) {
        if (is_stack(row.path)) rows = rows + row.resident;
    }
    CHECK(rows == made.table.totals.stacks_resident);
}

TEST_CASE("threads: where one stack and one thread are left they belong together") {
    Made made;
    made.smaps = smaps_of_two_stacks;
    made.tasks =
        task(10, "java", 2, 0, 0, waits_in_the_first) + task(11, "GC Thread#0", 2, 0, 0, "syscall running\n");
    made.build();
    REQUIRE(made.row(11).stack);
    CHECK(made.row(11).stack_by_elimination);
    CHECK(made.row(11).stack->resident == kib(100));
    CHECK_FALSE(made.row(11).used);
    CHECK(made.table.stacks_of_nobody.empty());
}

TEST_CASE("threads: names and kinds are the dump's, by the id that the thread has in its own namespace") {
    Made made;
    made.tasks = task(5010, "java", 2, 0, 0, "NSpid:\t5010\t10\n") +
                 task(5011, "GC Thread#0", 2, 0, 0, "NSpid:\t5011\t11\n") +
                 task(5012, "C2 CompilerThre", 2, 0, 0, "NSpid:\t5012\t12\n") +
                 task(5013, "long-name-of-a-", 2, 0, 0, "NSpid:\t5013\t13\n") +
                 task(5014, "foreign", 2, 0, 0, "NSpid:\t5014\t14\n") +
                 task(5015, "GC Thread#1", 2, 0, 0, "NSpid:\t5015\t15\n");
    made.dump =
        "2026-01-01 00:00:00\nFull thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n\n"
        "\"C2 CompilerThread0\" #6 daemon prio=9 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x00007f0000000001 "
        "nid=0xc waiting on condition  [0x0000000000000000]\n   java.lang.Thread.State: RUNNABLE\n\n"
        "\"long-name-of-a-thread\" #9 prio=5 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x00007f0000000002 "
        "nid=0xd runnable  [0x00007f00000ff000]\n   java.lang.Thread.State: RUNNABLE\n"
        "\tat Target.spin(Target.java:3)\n\n"
        "\"GC Thread#1\" #10 prio=5 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x00007f0000000003 "
        "nid=0xf runnable  [0x0000000000000000]\n   java.lang.Thread.State: RUNNABLE\n\n"
        "\"GC Thread#0\" os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x00007f0000000004 nid=0xb runnable  \n\n"
        "JNI global refs: 4, weak refs: 0\n";
    made.build();
    CHECK(made.row(5011).kind == ThreadKind::gc);
    CHECK(made.row(5012).kind == ThreadKind::compiler);
    CHECK(made.row(5012).name == "C2 CompilerThread0");
    CHECK(made.row(5013).name == "long-name-of-a-thread");
    CHECK(made.row(5013).kind == ThreadKind::java);
    REQUIRE(made.row(5013).dumped != nullptr);
    CHECK(made.row(5013).dumped->frames.front() == "at Target.spin(Target.java:3)");
    CHECK(made.row(5014).kind == ThreadKind::native);
    CHECK_FALSE(made.row(5014).named_by_jvm);
    CHECK(made.row(5015).kind == ThreadKind::java);  // a Java thread may call itself what it likes
    CHECK(made.table.counts.dump == 4U);
    CHECK(made.table.counts.dump_java == 3U);
}

TEST_CASE("threads: pools are names that differ by numbers; sums are of all their threads") {
    CHECK(pool_of("worker-17") == "worker-#");
    CHECK(pool_of("pool-3-thread-12") == "pool-#-thread-#");
    CHECK(pool_of("main") == "main");
    Made made;
    made.before = task(1, "w-1", 1'000'000'000, 0, 0) + task(2, "w-2", 1'000'000'000, 0, 0) +
                  task(3, "v-9", 1'000'000'000, 0, 0);
    made.tasks = task(1, "w-1", 2'000'000'000, 100'000'000, 0) +
                 task(2, "w-2", 2'000'000'000, 200'000'000, 0) +
                 task(3, "v-9", 2'000'000'000, 250'000'000, 0);
    made.build();
    ThreadOptions options;
    const auto pools = thread_pools(chosen_threads(made.table, options), options.order);
    REQUIRE(pools.size() == 2);
    CHECK(pools[0].name == "w-#");
    CHECK(pools[0].threads == 2);
    CHECK(close(pools[0].cpu_percent, 30));
    CHECK(pools[1].name == "v-9");
    options.match = "^w-";
    options.top = 1;
    const auto rows = chosen_threads(made.table, options);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]->name == "w-2");
    CHECK_FALSE(error_of_regex("w-[0-9]+"));
    CHECK(error_of_regex("w-["));
}

TEST_CASE(
    "threads: -Xss counts in bytes, the ThreadStackSize flags in KB, and a unit behind those is a slip") {
    const auto flags =
        stack_flags({"-Xss512k", "-Xmx1g", "-XX:ThreadStackSize=256k", "-XX:CompilerThreadStackSize=2048",
                     "-XX:VMThreadStackSize=0", "-Xssx", "-XX:ThreadStackSize=99999999999999999"});
    REQUIRE(flags.size() == 3);
    CHECK(flags[0].size == kib(512));
    CHECK_FALSE(flags[0].unit_slip);
    CHECK(flags[0].meant.empty());
    CHECK(flags[1].size == mib(256));
    CHECK(flags[1].unit_slip);
    CHECK(flags[1].meant == "-XX:ThreadStackSize=256");
    CHECK(flags[2].size == mib(2));
    CHECK(flags[2].threads == "compiler threads");
}

TEST_CASE("threads: without an interval CPU is of the time since each began, until it was read") {
    Made made;
    made.tasks = task(10, "java", 0, 55'000'000'000, 0) +
                 task(11, "late", 0, 1'000'000'000, 0, "", start_of_process + 10900);
    made.view.steps = {{std::string(document::tasks), 10'000, 5}};
    made.build();
    CHECK(close(made.row(10).cpu_percent, 50));   // 110 s old
    CHECK(close(made.row(11).cpu_percent, 100));  // one second old
    const auto busiest = busiest_threads(made.table, 1);
    REQUIRE(busiest.size() == 1);
    CHECK(busiest[0]->tid == 10);  // most CPU time, although the other had the greater share
}

TEST_CASE("threads: where no dump names a thread, its stack tells whether it is the JVM's") {
    Made made;
    made.smaps = smaps_of_two_stacks;
    made.tasks = task(10, "worker", 0, 0, 0, waits_in_the_first) +
                 task(11, "worker", 0, 0, 0, "syscall 202 0x0 0x0 0x0 0x0 0x0 0x0 0x7f00002ff000 0x1\n");
    made.build();
    REQUIRE(made.row(10).stack);
    REQUIRE(made.row(11).stack);
    CHECK(made.row(10).stack->path == "stack/native");
    CHECK(made.row(10).kind == ThreadKind::native);
    CHECK(made.row(11).stack->path == "jvm/thread stack");  // HotSpot's guards
    CHECK(made.row(11).kind == ThreadKind::java);
}

TEST_CASE("threads: the carriers are all threads of the pools that carry virtual threads") {
    Made made;
    made.tasks = task(10, "java", 0, 0, 0);
    made.dump =
        "Full thread dump OpenJDK 64-Bit Server VM (21+35 mixed mode):\n\n"
        "\"ForkJoinPool-1-worker-1\" #30 [31] daemon prio=5 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x1  "
        "[0x0]\n"
        "   Carrying virtual thread #40\n\n"
        "\"ForkJoinPool-1-worker-2\" #31 [32] daemon prio=5 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x2 "
        "nid=32 waiting on "
        "condition  [0x0]\n   java.lang.Thread.State: WAITING (parking)\n\n"
        "\"ForkJoinPool-2-worker-1\" #32 [33] daemon prio=5 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x3 "
        "nid=33 waiting on condition  [0x0]\n   java.lang.Thread.State: WAITING (parking)\n\n";
    made.build();
    CHECK(made.table.counts.virtual_mounted == 1);
    CHECK(made.table.counts.carriers == 2);
}
