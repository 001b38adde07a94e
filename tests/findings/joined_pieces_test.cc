// System.map's tag of a mapping says nothing of what else the kernel has joined to it.
#include "ledger/partition/joined_pieces.h"

#include "catch.h"
#include "findings/assessment/coverage.h"
#include "ledger/partition/reconcile.h"
#include "process/joined_regions.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

constexpr Range gc = range_of(0x7f0000000000, 0x7f0004000000);  // 64 MiB

// A JVM with NMT whose GC has committed `committed` of a mapping of 64 MiB, of which 30 are resident.
ProcessView& tagged(made::Process& process, Bytes committed) {
    process.map(gc.begin.value, gc.end.value, "rw-p", 30 << 10U);
    ProcessView& view = process.read();
    made::category(view, "GC", committed, committed);
    SystemMapRow row;
    row.range = gc;
    row.tags = {"GC"};
    row.writable = true;
    view.system_map.emplace().rows = {row};
    return view;
}

bool estimated(const Ledger& ledger, std::string_view path) {
    for (const Row& row : ledger.rows) {
        if (row.path == path) return row.estimated;
    }
    return false;
}

}  // namespace

TEST_CASE(
    "joined pieces: a mapping of more than NMT has committed is the JVM's as an estimate, no evidence") {
    made::Process process;
    const ProcessView& view = tagged(process, mib(34));
    CHECK(categories_joined_with_others(view).at("GC") == mib(30));
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/gc") == mib(30));
    CHECK(estimated(ledger, "jvm/gc"));
    CHECK(coverage_of({&view, &ledger}).estimated == mib(30));
}

TEST_CASE("joined pieces: a mapping that is all committed is evidence") {
    made::Process process;
    const ProcessView& view = tagged(process, mib(64));
    CHECK(categories_joined_with_others(view).empty());
    const auto ledger = reconcile(view).value();
    CHECK_FALSE(estimated(ledger, "jvm/gc"));
    CHECK(coverage_of({&view, &ledger}).estimated == Bytes());
}

TEST_CASE("joined pieces: where NMT's own map tells the part, the tag takes no more") {
    made::Process process;
    ProcessView& view = tagged(process, mib(34));
    NmtRegion region;
    region.range = range_of(gc.begin.value, gc.begin.value + mib(34).value());
    region.tag = "GC";
    view.nmt_map.emplace().regions = {region};
    const auto ledger = reconcile(view).value();
    CHECK(ledger.unexplained > Bytes());
    CHECK(ledger.resident_of("jvm/gc") + ledger.unexplained == mib(30));
}
