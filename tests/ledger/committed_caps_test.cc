#include "ledger/claims/committed_caps.h"

#include "catch.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;
using made::region;
using made::sum_of;

TEST_CASE("ledger: an area has no more resident than NMT has committed of it; the rest is unexplained") {
    made::Process process;
    process.map(0x10000000, 0x14000000, "rw-p", 40 << 10U).map(0x20000000, 0x24000000, "rw-p", 8 << 10U);
    ProcessView& view = process.read();
    view.nmt_map.emplace().regions = {region(0x10000000, 0x14000000, "GC"),
                                      region(0x20000000, 0x24000000, "Metaspace")};
    made::category(view, "GC", mib(64), mib(32));
    made::category(view, "Metaspace", mib(64), mib(16));
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/gc") == mib(32));
    CHECK(ledger.resident_of("jvm/metaspace") == mib(8));
    CHECK(ledger.unexplained == mib(8));
    CHECK(sum_of(ledger) == ledger.rss);
}

TEST_CASE("ledger: stacks keep what is resident of them, and so does all beside a report of another moment") {
    made::Process process;
    process.map(0x10000000, 0x14000000, "rw-p", 40 << 10U);
    ProcessView& view = process.read();
    SECTION("NMT counts of stacks what was resident when it was asked") {
        view.nmt_map.emplace().regions = {region(0x10000000, 0x14000000, "Thread Stack")};
        made::category(view, "Thread", mib(64), mib(1));
        CHECK(reconcile(view).value().resident_of("jvm/thread stack") == mib(40));
    }
    SECTION("a report from a file") {
        view.nmt_map.emplace().regions = {region(0x10000000, 0x14000000, "GC")};
        made::category(view, "GC", mib(64), mib(1));
        view.nmt_from_file = true;
        CHECK(reconcile(view).value().resident_of("jvm/gc") == mib(40));
    }
}

TEST_CASE(
    "ledger: areas that belong to no category alone have what the categories without addresses committed") {
    made::Process process;
    process.map(0x20000000, 0x20400000, "rw-p", 4 << 10U).map(0xf0000000, 0x100000000, "rw-p", 20 << 10U);
    ProcessView& view = process.read();
    view.vm_info.emplace().heap = range_of(0xf0000000, 0x100000000);
    view.vm_info->card_table = range_of(0x20000000, 0x20400000);
    made::category(view, "Java Heap", mib(256), mib(200));
    made::category(view, "GC", mib(64), mib(1));
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/gc") == mib(1));
    CHECK(ledger.resident_of("jvm/java heap") == mib(20));
    CHECK(ledger.unexplained == mib(3));
}
