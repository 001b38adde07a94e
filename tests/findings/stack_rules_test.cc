// stack-count, thp-stacks, stack-size-unit, native-threads
#include "catch.h"
#include "findings/judged_process.h"

using namespace nmtx;
using made::evidence_of;
using made::proposes;

namespace {

made::Judged many(std::size_t count, ThreadKind kind, Bytes resident, Bytes size = mib(1), Bytes huge = {}) {
    made::Judged made(mib(1000), "17.0.15");
    for (std::size_t i = 0; i < count; ++i)
        made.thread("worker-" + std::to_string(i), kind, resident, size, huge);
    return made;
}

}  // namespace

TEST_CASE("stack-count: resident stacks count, with the pools that hold them; reserved ones cost nothing") {
    const auto found = many(2000, ThreadKind::java, kib(100)).found("stack-count");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].bytes == kib(200'000));
    CHECK(found[0].title == "195.3 MiB held by the stacks of 2,000 threads (2000.0 MiB reserved)");
    CHECK(evidence_of(found[0]).find("worker-# (2,000 threads, 195.3 MiB)") != std::string::npos);
    CHECK(proposes(found[0], "-Xss"));
    CHECK_FALSE(proposes(found[0], "-XX:VMThreadStackSize"));
    const auto idle = many(1000, ThreadKind::java, kib(20)).found("stack-count");
    REQUIRE(idle.size() == 1);
    CHECK(idle[0].severity == Severity::note);
    CHECK(proposes(many(600, ThreadKind::gc, kib(100)).found("stack-count").at(0), "-XX:VMThreadStackSize"));
}

TEST_CASE(
    "stack-count: some hundred threads, or large reservations that nobody touched, are as they should be") {
    CHECK(many(300, ThreadKind::java, kib(60)).found("stack-count").empty());
    CHECK(many(60, ThreadKind::java, kib(60), mib(512)).found("stack-count").empty());
    CHECK(made::Judged(mib(1000), "17.0.15").found("stack-count").empty());
}

TEST_CASE("thp-stacks: stacks with huge pages, and those that guards have split again") {
    made::Judged huge = many(50, ThreadKind::java, mib(2), mib(4), mib(2));
    huge.view.thp = ThpMode::always;
    huge.view.perf->counters["java.property.java.version"] = std::string("17.0.7");
    const auto found = huge.found("thp-stacks");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].confidence == Confidence::high);
    CHECK(found[0].bytes == mib(100));
    CHECK(proposes(found[0], "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"));
    CHECK(found[0].bugs == std::vector<std::string_view>{"JDK-8312182"});
    huge.view.perf->counters["java.property.java.version"] = std::string("17.0.9");
    CHECK(huge.found("thp-stacks").at(0).bugs.empty());

    made::Judged split = many(50, ThreadKind::java, kib(2040), mib(2));
    split.view.thp = ThpMode::always;
    REQUIRE(split.found("thp-stacks").size() == 1);
    CHECK(split.found("thp-stacks")[0].confidence == Confidence::medium);
    SECTION("full for another reason: the kernel gives none that nobody asked for") {
        split.view.thp = ThpMode::madvise;
        CHECK(split.found("thp-stacks").empty());
        split.view.thp.reset();
        CHECK(split.found("thp-stacks").empty());
    }
    SECTION("full for another reason: the JVM has asked for none there") {
        for (Mapping& mapping : split.view.smaps->mappings) mapping.vm_flags = "rd wr mr mw me ac sd nh";
        CHECK(split.found("thp-stacks").empty());
    }
    SECTION("a few threads that went deep among many") {
        made::Judged deep = many(50, ThreadKind::java, kib(60), mib(2));
        for (int i = 0; i < 10; ++i) deep.thread("deep", ThreadKind::java, mib(2), mib(2));
        deep.view.thp = ThpMode::always;
        CHECK(deep.found("thp-stacks").empty());
    }
}

TEST_CASE("stack-size-unit: a unit on a flag that counts in KB, with the flag as it was meant") {
    made::Judged made = many(3, ThreadKind::java, kib(60));
    made.threads.stack_flags = stack_flags({"-XX:ThreadStackSize=256k", "-Xss512k"});
    const auto found = made.found("stack-size-unit");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(found[0].bytes == mib(256));
    CHECK_FALSE(found[0].resident);
    CHECK(proposes(found[0], "-XX:ThreadStackSize=256"));
    made.threads.stack_flags =
        stack_flags({"-XX:ThreadStackSize=256", "-Xss512k", "-XX:VMThreadStackSize=2048"});
    CHECK(made.found("stack-size-unit").empty());
}

TEST_CASE("native-threads: those of libraries, by pool and by project, a note unless there are many") {
    made::Judged made = many(20, ThreadKind::java, kib(60));
    for (int i = 0; i < 9; ++i) {
        made.thread("rocksdb:low" + std::to_string(i), ThreadKind::native, kib(16));
        made.threads.rows.back().library = "/tmp/librocksdbjni.so";
    }
    const auto found = made.found("native-threads");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].bytes == kib(144));
    CHECK(evidence_of(found[0]).find("rocksdb:low# (RocksDB, 9 threads, stacks 144 KiB)") !=
          std::string::npos);
    CHECK(evidence_of(found[0]).find("librocksdbjni.so (9)") != std::string::npos);
    SECTION("of which a few are on every JVM") {
        made.threads.rows.resize(23);
        CHECK(made.found("native-threads").empty());
    }
    SECTION("a thread whose stack is not known may be a Java thread that ran") {
        for (ThreadRow& row : made.threads.rows) row.stack.reset();
        CHECK(made.found("native-threads").empty());
        made.view.thread_dump.emplace();
        CHECK(made.found("native-threads").size() == 1);
    }
    SECTION("a pointer into a native stack tells, where several stacks lie in one mapping") {
        for (ThreadRow& row : made.threads.rows) row.stack.reset();
        const Range area = range_of(0x10000, 0x90000);
        const OwnerId owner = made.ledger.owners.id("stack/native");
        made.ledger.pieces = {Piece{area, 0, Claim{owner, Evidence::stack_pointer, false}, kib(100)}};
        made.view.tasks.emplace();
        for (std::size_t i = 20; i < 28; ++i) {
            Task task;
            task.tid = made.threads.rows[i].tid;
            task.stack_pointer = Address{0x10000 + (i - 20) * 0x1000};
            made.view.tasks->push_back(task);
        }
        REQUIRE(made.found("native-threads").size() == 1);
        CHECK(made.found("native-threads")[0].title.find("8 threads") == 0);
    }
    SECTION("System.map lists the JVM's own, whatever its stack is taken for") {
        made.view.system_map.emplace();
        made.view.system_map->rows.emplace_back();
        for (ThreadRow& row : made.threads.rows) {
            row.nid = row.tid - 90;
            if (row.kind == ThreadKind::java)
                made.view.system_map->rows[0].threads.push_back({row.nid, row.name});
            if (row.stack) row.stack->path = "jvm/thread stack";
            row.kind = ThreadKind::java;
        }
        REQUIRE(made.found("native-threads").size() == 1);
        CHECK(made.found("native-threads")[0].title.find("9 threads") == 0);
        CHECK(made.found("native-threads")[0].confidence == Confidence::high);
        CHECK_FALSE(made.found("native-threads")[0].bytes.has_value());
        // Of a container, looked at from outside: its ids are not ours.
        for (ThreadRow& row : made.threads.rows) row.nid += 100'000;
        CHECK(made.found("native-threads").empty());
    }
    SECTION("hundreds are a warning") {
        for (int i = 0; i < 500; ++i) made.thread("pool", ThreadKind::native, kib(16));
        CHECK(made.found("native-threads").at(0).severity == Severity::warning);
    }
    SECTION("of a program without a JVM all are native") {
        made.view.vm = Vm::none;
        CHECK(made.found("native-threads").empty());
    }
}
