// The ledger of what pmap and maps tell: files by their last names, RSS a mapping at a time or not at all.
#include "catch.h"
#include "kernel/mappings/pmap.h"
#include "ledger/ledger.h"
#include "ledger/mapping_owner.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;
using made::sum_of;

namespace {

constexpr std::string_view pmap_x = R"(18851:   java -Xmx256m Sleep
Address           Kbytes     RSS   Dirty Mode  Mapping
00000000f0000000   65536   51700   51700 rw---   [ anon ]
00000000f4000000    1024       8       8 rw---   [ anon ]
000055ea7380e000       4       4       0 r-x-- java
00007f6340000000   12060   11596    9936 rw--- classes.jsa
00007f63486ea000   13000    9000       0 r-x-- libjvm.so
00007f634b000000     200     100       0 r-x-- libfoo.so
00007f634c000000     140      60       0 r--s- modules
00007ffc21e75000     132      36      36 rw---   [ stack ]
total kB           92096   72504   61680
)";

ProcessView view_of(Smaps smaps) {
    ProcessView view;
    view.vm = vm_of(smaps);
    view.smaps = std::move(smaps);
    return view;
}

}  // namespace

TEST_CASE("ledger of pmap -x: owners by the files' last names, and the rows sum to RSS") {
    const ProcessView view = view_of(parse_pmap(pmap_x)->smaps);
    CHECK(view.vm == Vm::hotspot);
    const auto ledger = reconcile(view);
    REQUIRE(ledger);
    CHECK(ledger->rss == kib(72504));
    CHECK(sum_of(*ledger) == ledger->rss);
    CHECK(ledger->resident_of("file/jvm library") == kib(9004));
    CHECK(ledger->resident_of("file/native library") == kib(100));
    CHECK(ledger->resident_of("file/jar or jimage") == kib(60));
    CHECK(ledger->resident_of("jvm/cds archive") == kib(11596));
    CHECK(ledger->resident_of("stack/main thread") == kib(36));
}

TEST_CASE("ledger of pmap -x: of two NMT regions in one mapping each part is an estimate") {
    ProcessView view = view_of(parse_pmap(pmap_x)->smaps);
    view.nmt_map.emplace();
    NmtRegion heap;
    heap.range = range_of(0xf0000000, 0xf2000000);
    heap.tag = "Java Heap";
    NmtRegion gc = heap;
    gc.range = range_of(0xf2000000, 0xf4000000);
    gc.tag = "GC";
    view.nmt_map->regions = {heap, gc};
    const auto ledger = reconcile(view);
    REQUIRE(ledger);
    CHECK(sum_of(*ledger) == ledger->rss);
    CHECK(ledger->estimated == kib(51700));
    for (const Row& row : ledger->rows) {
        CAPTURE(row.path);
        CHECK(row.estimated == (row.path == "jvm/java heap" || row.path == "jvm/gc"));
    }
}

TEST_CASE("ledger of maps: no RSS, but what is mapped has its owners") {
    const auto pasted = parse_pasted_smaps(R"(f0000000-f4000000 rw-p 00000000 00:00 0 
7f63486ea000-7f6348915000 r-xp 00000000 fe:00 317960                     /usr/lib/jvm/java-17/lib/server/libjvm.so
7ffc21e75000-7ffc21e96000 rw-p 00000000 00:00 0                          [stack]
)");
    REQUIRE(pasted);
    const auto ledger = reconcile(view_of(pasted->smaps));
    REQUIRE(ledger);
    CHECK(ledger->rss == Bytes());
    const auto mapped = [&](std::string_view path) {
        for (const Row& row : ledger->rows) {
            if (row.path == path) return row.mapped;
        }
        return Bytes();
    };
    CHECK(mapped("file/jvm library") == kib(2220));
    CHECK(mapped("stack/main thread") == kib(132));
}
