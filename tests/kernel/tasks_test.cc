#include "kernel/tasks.h"

#include <string>
#include <vector>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::string_view main_stat =
    "15062 (java) S 15021 15010 11733 34816 15010 4194304 5120 0 3 0 211 35 0 0 20 0 42 0 26541 3321462784 "
    "44384 18446744073709551615 94322370650112 94322370650957 140726902331232 0 0 0 0 0 16800975 0 0 0 17 1 "
    "0 0 0 0 0 94322370661680 94322370662232 94322695639040 140726902335512 140726902335580 140726902335580 "
    "140726902337511 0\n";
constexpr std::string_view gc_stat =
    "15064 (GC Thread#0) R 15021 15010 11733 34816 -1 4194368 12 0 0 0 7 1 0 0 20 0 42 0 26542 3321462784 "
    "44384 18446744073709551615 1 1 0 0 0 0 0 0 16800975 0 0 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
constexpr std::string_view waits =
    "syscall 202 0x7f8141bff990 0x109 0x0 0x0 0x0 0xffffffff 0x7f8141bff8d0 0x7f81420c5f3b\n";

std::string stat_of(std::string_view comm) {
    std::string line(gc_stat);
    return line.replace(line.find("GC Thread#0"), std::string_view("GC Thread#0").size(), comm);
}

std::string tasks_sample() {
    return std::string(main_stat) + std::string(waits) + std::string(gc_stat) + "syscall running\n" +
           stat_of("C2 CompilerThre") + "syscall -1 0x7f8140aff8d0 0x7f81420c5f3b\n" + stat_of("no syscall");
}

}  // namespace

TEST_CASE("tasks: the stat fields are those that proc(5) numbers") {
    const auto task = parse_task_stat(main_stat);
    REQUIRE(task.has_value());
    CHECK(task->tid == 15062);
    CHECK(task->comm == "java");
    CHECK(task->state == 'S');
    CHECK(task->flags == 4194304);
    CHECK(task->user_ticks == 211);
    CHECK(task->system_ticks == 35);
    CHECK(task->start_ticks == 26541);
    CHECK(task->virtual_bytes == 3321462784);
    CHECK(task->start_stack == Address{140726902331232});
    CHECK_FALSE(task->stack_pointer.has_value());
}

TEST_CASE("tasks: a start of stack that the kernel hides is absent") {
    CHECK_FALSE(parse_task_stat(gc_stat)->start_stack.has_value());
}

TEST_CASE("tasks: a comm may hold brackets, blanks and what looks like fields") {
    for (const std::string_view comm :
         {"a) R 1 (b", ")", "", " ", "((()", "x\\ny", "x\ny", "syscall running", "1 (2) S"}) {
        CAPTURE(comm);
        const auto task = parse_task_stat(stat_of(comm));
        REQUIRE(task.has_value());
        CHECK(task->comm == comm);
        CHECK(task->state == 'R');
        CHECK(task->start_ticks == 26542);
    }
}

TEST_CASE("tasks: a stack pointer comes from the syscall line behind its stat line") {
    const std::string text = tasks_sample();
    const auto tasks = parse_tasks(text);
    REQUIRE(tasks.has_value());
    REQUIRE(tasks->size() == 4);
    CHECK((*tasks)[0].stack_pointer == Address{0x7f8141bff8d0});
    CHECK_FALSE((*tasks)[1].stack_pointer.has_value());
    CHECK((*tasks)[1].comm == "GC Thread#0");
    CHECK((*tasks)[2].stack_pointer == Address{0x7f8140aff8d0});
    CHECK_FALSE((*tasks)[3].stack_pointer.has_value());
    CHECK(parse_tasks("")->empty());
    CHECK_FALSE(
        parse_tasks(std::string(gc_stat) + "syscall -1 0x0 0x0\n")->front().stack_pointer.has_value());
}

TEST_CASE("tasks: a malformed stat line names itself") {
    std::string good(gc_stat);
    for (const std::string& line :
         {std::string(), std::string("java"), std::string("15064"), std::string("15064 (java"),
          std::string("15064 (java)"), std::string("15064 java S 1"), std::string("x (java) S 1"),
          good.substr(0, 100), stat_of("a").replace(0, 5, "99999999999999999999"),
          std::string("7 (a) SS 1 2 3"), std::string("7 (a)S 1 2 3")}) {
        CAPTURE(line);
        const auto tasks = parse_tasks(good + line + "\n");
        REQUIRE_FALSE(tasks.has_value());
        CHECK(tasks.error().where == "tasks:2");
    }
    CHECK(parse_task_stat("").error().where == "stat");
    CHECK_FALSE(parse_task_stat(good.replace(good.find("4194368"), 7, "-194368")).has_value());
}

TEST_CASE("tasks: a malformed syscall line, or one without its task, names itself") {
    for (const std::string_view line :
         {"", "sleeping", "running ", "202", "202 0x1 0x2", "-1", "-1 0x1", "-1 0x1 0x2 0x3", "-1 1 2",
          "-1 0x1 0xg", "-1 0x11112222333344445 0x2", "202 0x1 0x2 0x3 0x4 0x5 0x6 0x7"}) {
        CAPTURE(line);
        const auto tasks = parse_tasks(std::string(gc_stat) + "syscall " + std::string(line) + "\n");
        REQUIRE_FALSE(tasks.has_value());
        CHECK(tasks.error().where == "tasks:2");
    }
    CHECK(parse_tasks("syscall running\n").error().where == "tasks:1");
    CHECK(parse_tasks(std::string(gc_stat) + "syscall running\nsyscall running\n").error().where ==
          "tasks:3");
}

TEST_CASE("tasks: every prefix gives a value or an error") {
    const std::string text = tasks_sample();
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const std::vector<char> bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
        const auto tasks = parse_tasks(std::string_view(bytes.data(), bytes.size()));
        CHECK((tasks.has_value() || tasks.error().where.find("tasks:") == 0));
    }
}

TEST_CASE("tasks: times, ids and switches stand behind their stat line, in any order, each once") {
    const std::string text = std::string(main_stat) + "at 884122190411\nschedstat 486620000 1201100 512\n" +
                             std::string(waits) +
                             "NSpid:\t15062\t7\nvoluntary_ctxt_switches:\t410\n"
                             "nonvoluntary_ctxt_switches:\t102\n" +
                             std::string(gc_stat);
    const auto tasks = parse_tasks(text);
    REQUIRE(tasks.has_value());
    REQUIRE(tasks->size() == 2);
    const Task& task = tasks->front();
    CHECK(task.read_at_ns == 884122190411U);
    CHECK(task.run_ns == 486620000U);
    CHECK(task.wait_ns == 1201100U);
    CHECK(task.nspid == std::vector<std::uint64_t>{15062, 7});
    CHECK(task.voluntary_switches == 410U);
    CHECK(task.involuntary_switches == 102U);
    CHECK(task.stack_pointer == Address{0x7f8141bff8d0});
    CHECK_FALSE(tasks->back().run_ns.has_value());
    for (const std::string_view wrong :
         {"schedstat 1 2\n", "schedstat 1 2 3 4\n", "schedstat x 2 3\n", "at x\n", "at 1 2\n", "NSpid:\n",
          "NSpid:\tx\n", "at 1\nat 2\n", "voluntary_ctxt_switches:\t\n"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_tasks(std::string(main_stat) + std::string(wrong)).has_value());
    }
    CHECK(parse_tasks("at 1\n").error().where == "tasks:1");
}
