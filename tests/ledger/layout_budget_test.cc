// Layout is weak evidence: no more is claimed by it than the JVM says that it has.
#include "ledger/claims/layout_budget.h"

#include "catch.h"
#include "ledger/ledger.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30U;

// Native code reserves `reserved` MiB and commits and touches `committed` of them.
void reserve(made::Process& process, std::uint64_t at, std::uint64_t reserved, std::uint64_t committed) {
    process.map(at, at + (committed << 20U), "rw-p", committed << 10U)
        .map(at + (committed << 20U), at + (reserved << 20U), "---p", 0);
}

}  // namespace

TEST_CASE("ledger: with NMT=summary, memory that native code reserved and committed is not the JVM's") {
    const std::uint64_t reserved = GENERATE(std::uint64_t{600}, std::uint64_t{1024});
    made::Process process;
    process.map(0xf8000000, 0x100000000, "rw-p", 20 << 10U);
    reserve(process, 0x7f0020000000, reserved, 400);
    ProcessView& view = process.read();
    view.version = JavaVersion{17, "17.0.15", "17.0.15", ""};
    view.vm_info.emplace().heap = range_of(0xf8000000, 0x100000000);
    made::category(view, "Java Heap", mib(128), mib(128));
    made::category(view, "Class", mib(1024), kib(256));
    made::category(view, "Metaspace", mib(64), kib(768));
    made::category(view, "GC", mib(42), mib(37));
    view.heap_info.emplace().class_space = MetaspaceUse{kib(100), kib(256), mib(1024)};
    const auto ledger = reconcile(view).value();
    CHECK(ledger.unexplained == mib(400));
    CHECK(ledger.jvm == mib(20));
    for (const Row& row : ledger.rows) {
        if (row.committed) CHECK(row.resident <= *row.committed);
    }
}

TEST_CASE(
    "ledger: with NMT off, what a heap of that size needs and the JVM says of classes bounds the claim") {
    made::Process process;
    process.map(0xf8000000, 0x100000000, "rw-p", 20 << 10U);
    reserve(process, 0x7f0010000000, 8, 1);  // a table, or the like
    reserve(process, 0x7f0020000000, 600, 400);
    ProcessView& view = process.read();
    HeapSpace heap;
    heap.reserved = range_of(0xf8000000, 0x100000000);
    view.heap_info.emplace().spaces.push_back(heap);
    view.heap_info->metaspace = MetaspaceUse{mib(2), mib(3), mib(1032)};
    view.heap_info->class_space = MetaspaceUse{kib(100), kib(256), mib(1024)};
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/metaspace or gc") == mib(1));
    CHECK(ledger.unexplained == mib(400));
}

TEST_CASE("ledger: the CDS archive takes none of the room that the collector's tables have") {
    made::Process process;
    process.map(0xf8000000, 0x100000000, "rw-p", 20 << 10U)
        .map(0x7f0010000000, 0x7f0010c00000, "rw-p", 12 << 10U)
        .map(0x7f0030001000, 0x7f0030046000, "rw-p", 276);
    ProcessView& view = process.read();
    VmInfo& info = view.vm_info.emplace();
    info.heap = range_of(0xf8000000, 0x100000000);
    info.cds.push_back({"base", range_of(0x7f0010000000, 0x7f0010c00000)});
    SECTION("with NMT") {
        made::category(view, "Java Heap", mib(128), mib(128));
        made::category(view, "GC", mib(42), mib(5));
        made::category(view, "Shared class space", mib(16), mib(12));
    }
    SECTION("without") {}
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/cds archive") == mib(12));
    CHECK(ledger.resident_of("jvm/metaspace or gc") == kib(276));
    CHECK(ledger.unexplained == Bytes());
}

TEST_CASE("ledger: a class space is as large as the JVM says, committed and reserved") {
    made::Process process;
    process.map(0x800000000, 0x800040000, "rw-p", 256).map(0x800040000, 0x800000000 + gib, "---p", 0);
    ProcessView& view = process.read();
    view.heap_info.emplace().class_space = MetaspaceUse{kib(100), kib(256), mib(1024)};
    CHECK(reconcile(view).value().resident_of("jvm/class space") == kib(256));
    made::Process native;
    reserve(native, 0x800000000, 1024, 300);
    native.read().heap_info = view.heap_info;
    const auto ledger = reconcile(native.read()).value();
    CHECK(ledger.resident_of("jvm/class space") == Bytes());
    CHECK(ledger.unexplained == mib(300));
}

TEST_CASE("ledger: of several reservations of its size the class space is the one behind the CDS archive") {
    made::Process process;
    const bool archive = GENERATE(true, false);
    process.map(0x7f0300000000, 0x7f0300000000 + (16U << 20U), archive ? "rw-p" : "r--p", 4000,
                archive ? "/jdk/lib/server/classes.jsa" : "/opt/data.bin");
    process.map(0x7f0301000000, 0x7f0302000000, "---p", 0);
    process.map(0x7f0302000000, 0x7f0302040000, "rw-p", 200).map(0x7f0302040000, 0x7f0342000000, "---p", 0);
    process.map(0x7f0402000000, 0x7f0402040000, "rw-p", 100).map(0x7f0402040000, 0x7f0442000000, "---p", 0);
    ProcessView& view = process.read();
    SECTION("by GC.heap_info") {
        view.heap_info.emplace().class_space = MetaspaceUse{kib(100), kib(256), mib(1024)};
    }
    SECTION("by VM.metaspace, rounded up") {
        view.heap_info.emplace();
        view.metaspace.emplace().class_space = MetaspaceUse{{}, kib(257), mib(1024)};
    }
    CHECK(reconcile(view).value().resident_of("jvm/class space") == (archive ? kib(200) : Bytes()));
}

TEST_CASE("ledger: a class space is found in the pieces that it is committed in") {
    made::Process process;
    process.map(0x7f0400000000, 0x7f0400040000, "rw-p", 256)
        .map(0x7f0400040000, 0x7f0400070000, "rw-p", 100)
        .map(0x7f0400070000, 0x7f0400090000, "---p", 0)
        .map(0x7f0400090000, 0x7f0400730000, "rw-p", 6000)
        .map(0x7f0400730000, 0x7f0400000000 + gib, "---p", 0);
    ProcessView& view = process.read();
    view.heap_info.emplace().class_space = MetaspaceUse{kib(2810), kib(7232), mib(1024)};
    CHECK(reconcile(view).value().resident_of("jvm/class space") == kib(6356));
    SECTION("not where less is committed than the JVM says") {
        view.heap_info->class_space->committed = kib(7300);
    }
    SECTION("not where it is of another size") {
        view.heap_info->class_space->reserved = mib(1020);
    }
    CHECK(reconcile(view).value().resident_of("jvm/class space") == Bytes());
}

TEST_CASE("ledger: until JDK 15 full nodes of the metaspace are known by their size and what the JVM says") {
    const int feature = GENERATE(8, 11, 17);
    made::Process process;
    process.map(0xf8000000, 0x100000000, "rw-p", 20 << 10U);
    std::uint64_t at = 0x7f0000000000;
    for (int node = 0; node < 6; ++node, at += 2 * mib(1).value())
        process.map(at, at + 2 * mib(1).value(), "rw-p", 2 << 10U);
    process.map(0x7f0010000000, 0x7f0010800000, "rw-p", 7 << 10U);  // the first one
    process
        .map(0x7f0020000000, 0x7f0020180000, "rw-p", 1 << 10U)  // the last one
        .map(0x7f0020180000, 0x7f0020200000, "---p", 0);
    Bytes committed = mib(22);
    bool known = feature < 16;
    SECTION("where they fit") {}
    SECTION("not where the JVM has committed less of that size") {
        committed = mib(19);
        known = false;
    }
    SECTION("not where the areas may be all of it") {
        committed = kib(1600);
        known = false;
    }
    ProcessView& view = process.read();
    view.version = JavaVersion{feature, std::to_string(feature), std::to_string(feature), ""};
    HeapSpace heap;
    heap.reserved = range_of(0xf8000000, 0x100000000);
    view.heap_info.emplace().spaces.push_back(heap);
    view.heap_info->metaspace = MetaspaceUse{mib(1), committed, mib(1032)};
    const Ledger ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/metaspace or gc") == mib(known ? 20 : 1));
    CHECK(ledger.unexplained == (known ? Bytes() : mib(19)));
}

TEST_CASE(
    "ledger: generated code is the code cache's by its reservation, and never where the JVM told the place") {
    made::Process process;
    process.map(0x7f0000000000, 0x7f0000270000, "rwxp", 924).map(0x7f0000270000, 0x7f000f000000, "---p", 0);
    process.map(0x7f0020000000, 0x7f0020400000, "rwxp", 4096).map(0x7f0020400000, 0x7f0028000000, "---p", 0);
    ProcessView& view = process.read();
    view.heap_info.emplace();
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/code cache") == kib(924));
    CHECK(ledger.unexplained == kib(4096));
    view.code_heaps.emplace();
    CHECK(reconcile(view).value().resident_of("jvm/code cache") == Bytes());
}

TEST_CASE("layout budget: the smallest parts come first, and what does not fit is left out") {
    Owners owners;
    const Claim claim{owners.id("jvm/metaspace or gc"), Evidence::smaps_shape, true};
    const Layer<Claim> claims{{range_of(0x100000, 0x900000), claim}, {range_of(0x1000000, 0x1100000), claim}};
    Bytes budget = mib(2);
    const auto fitting = fitted(claims, {}, budget);
    REQUIRE(fitting.size() == 1);
    CHECK(fitting[0].range == range_of(0x1000000, 0x1100000));
    CHECK(budget == mib(1));
}
