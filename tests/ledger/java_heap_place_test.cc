#include "ledger/claims/java_heap_place.h"

#include "catch.h"
#include "ledger/ledger.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;
using made::libjvm;

namespace {

// A heap of 128 MiB, of which Serial has committed a part of each generation; behind it a class space.
made::Process serial() {
    made::Process process;
    process.map(0xf8000000, 0xf8aa0000, "rw-p", 9000)
        .map(0xf8aa0000, 0xfaaa0000, "---p", 0)
        .map(0xfaaa0000, 0xfc000000, "rw-p", 4000)
        .map(0xfc000000, 0x100000000, "---p", 0)
        .map(0x100000000, 0x100080000, "rw-p", 512)
        .map(0x100080000, 0x140000000, "---p", 0)
        .map(0x7f0000000000, 0x7f0000100000, "r-xp", 512, libjvm, 78)
        .map(0x7f0010000000, 0x7f0018000000, "rw-p", 100 << 10U);  // as large, and somebody else's
    return process;
}

}  // namespace

TEST_CASE("heap place: -Xmx and the mappings tell a heap of a JVM that nobody could ask, as an estimate") {
    made::Process process = serial();
    ProcessView& view = process.read();
    view.arguments = {"java", "-Xms32m", "-Xmx128m", "Main"};
    const auto place = java_heap_place(view);
    REQUIRE(place);
    CHECK(place->range == range_of(0xf8000000, 0x100000000));
    CHECK(place->evidence == Evidence::options);
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/java heap") == kib(13000));
    for (const Row& row : ledger.rows) {
        if (row.path == "jvm/java heap") CHECK(row.estimated);
    }
}

TEST_CASE("heap place: committed whole, and the class space behind it in the same mapping") {
    made::Process process;
    process.map(0xf0000000, 0x1000a0000, "rw-p", 62000)
        .map(0x1000a0000, 0x140000000, "---p", 0)
        .map(0x7f0000000000, 0x7f0000100000, "r-xp", 512, libjvm, 78);
    ProcessView& view = process.read();
    view.arguments = {"java", "-Xmx256m", "Main"};
    const auto place = java_heap_place(view);
    REQUIRE(place);
    CHECK(place->range == range_of(0xf0000000, 0x100000000));
}

TEST_CASE("heap place: not in a class space below it that has room for it, with the CDS archive in front") {
    made::Process process;
    process.map(0x77001000, 0x77d92000, "rw-p", 13640, "/usr/lib/jvm/java-25/lib/server/classes.jsa", 79)
        .map(0x77d92000, 0x78000000, "---p", 0)
        .map(0x78000000, 0x78010000, "rw-p", 16)
        .map(0x78010000, 0xb8000000, "---p", 0)
        .map(0xf0000000, 0xffe00000, "rw-p", 9000)
        .map(0xffe00000, 0xfff22000, "rw-p", 1160, "/usr/lib/jvm/java-25/lib/server/classes.jsa", 79)
        .map(0xfff22000, 0x100000000, "rw-p", 0)
        .map(0x7f0000000000, 0x7f0000100000, "r-xp", 512, libjvm, 78);
    ProcessView& view = process.read();
    view.arguments = {"java", "-Xmx256m", "Main"};
    const auto place = java_heap_place(view);
    REQUIRE(place);
    CHECK(place->range == range_of(0xf0000000, 0x100000000));
}

TEST_CASE("heap place: by hsperfdata where no option says how large it is") {
    made::Process process = serial();
    ProcessView& view = process.read();
    auto& counters = view.perf.emplace().counters;
    counters["sun.gc.policy.name"] = std::string("Copy:MSC");
    counters["sun.gc.generation.0.maxCapacity"] = std::int64_t{44695552};
    counters["sun.gc.generation.1.maxCapacity"] = std::int64_t{89522176};
    CHECK(java_heap_size(view) == mib(128));
    const auto place = java_heap_place(view);
    REQUIRE(place);
    CHECK(place->range == range_of(0xf8000000, 0x100000000));
    CHECK(place->evidence == Evidence::hsperfdata);
}

TEST_CASE("heap place: without any size, what lies where only a heap is put; with answers, nothing") {
    made::Process process = serial();
    ProcessView& view = process.read();
    const auto place = java_heap_place(view);
    REQUIRE(place);
    CHECK(place->range.begin == Address{0xf8000000});
    CHECK(place->evidence == Evidence::smaps_shape);
    HeapSpace heap;
    heap.reserved = range_of(0xf8000000, 0x100000000);
    view.heap_info.emplace().spaces.push_back(heap);
    CHECK_FALSE(java_heap_place(view));
}

TEST_CASE("heap place: a large heap lies anywhere, touched whole, and its size finds it") {
    made::Process process;
    process.map(0x7f0000000000, 0x7f0000100000, "r-xp", 512, libjvm, 78)
        .map(0x7f1000000000, 0x7f1a00000000, "rw-p", 40 << 20U)
        .map(0x7f2000000000, 0x7f2000400000, "rw-p", 4096);
    ProcessView& view = process.read();
    view.arguments = {"java", "-Xms40g", "-Xmx40g", "Main"};
    CHECK(reconcile(view).value().resident_of("jvm/java heap") == mib(40 << 10U));
    view.arguments = {"java", "-Xmx39g", "Main"};
    CHECK_FALSE(java_heap_place(view));
}

TEST_CASE(
    "heap place: archived objects lie inside the heap, and a memfd that bears its name is not looked for") {
    made::Process process;
    process.map(0xf8000000, 0xffe00000, "rw-p", 5000)
        .map(0xffe00000, 0xfff80000, "rw-p", 1000, "/usr/lib/jvm/java-17/lib/server/classes.jsa", 5)
        .map(0xfff80000, 0x100000000, "rw-p", 12);
    process.read().arguments = {"java", "-Xmx128m"};
    CHECK(reconcile(process.read()).value().resident_of("jvm/java heap") == kib(6012));
    process.map(0x40000000000, 0x40008000000, "rw-s", 1, "/memfd:java_heap (deleted)", 9);
    CHECK_FALSE(java_heap_place(process.read()));
}

TEST_CASE("heap place: a native image's heap follows the second mapping of its own file") {
    made::Process process;
    constexpr std::string_view program = "/opt/app/compiler";
    process.map(0x400000, 0x1905000, "r-xp", 4000, program, 7)
        .map(0x1b04000, 0x3230000, "rw-p", 100, program, 7, 0x1504000)
        .map(0x7f2214b00000, 0x7f2214b80000, "---p", 0)
        .map(0x7f2214b80000, 0x7f2215380000, "r--p", 3000, program, 7, 0x1520000)
        .map(0x7f2215380000, 0x7f221598a000, "rw-p", 2000, program, 7, 0x1d20000)
        .map(0x7f221598a000, 0x7f22159f2000, "rw-p", 400)
        .map(0x7f22159f2000, 0x7f2215a00000, "---p", 0)
        .map(0x7f2215a00000, 0x7f2215bef000, "rw-p", 1900)
        .map(0x7f2215bef000, 0x7f2a14b00000, "---p", 0)
        .map(0x7f2a14b0a000, 0x7f2a14b16000, "rw-p", 16);
    CHECK(vm_of(*process.read().smaps) == Vm::native_image);
    process.view.vm = Vm::native_image;
    const auto ledger = reconcile(process.view).value();
    CHECK(ledger.resident_of("jvm/java heap") == kib(2300));
    CHECK(ledger.unexplained == kib(16));
    for (const Row& row : ledger.rows) {
        if (row.path == "jvm/java heap") CHECK(row.estimated);
    }
}
