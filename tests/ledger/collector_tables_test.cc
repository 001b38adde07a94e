// The collector's tables have sizes that follow from the heap's, and are known by them.
#include "ledger/claims/collector_tables.h"

#include "catch.h"
#include "ledger/ledger.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t heap_begin = 0x700000000, heap_end = 0x800000000;  // 4 GiB
constexpr std::uint64_t one_mib = 1U << 20U;

ProcessView& jvm(made::Process& process, int feature, std::string gc, Range heap) {
    ProcessView& view = process.read();
    view.version = JavaVersion{feature, std::to_string(feature), std::to_string(feature), ""};
    view.vm_flags = parse_vm_flags("-XX:G1HeapRegionSize=2097152 -XX:+Use" + gc + "GC").value();
    HeapSpace space;
    space.reserved = heap;
    view.heap_info.emplace().spaces.push_back(space);
    return view;
}

// What 4 GiB of G1 on 17 have beside marks and a card table, which VM.info gives: two tables of 8 MiB, one
// of them joined with neighbours that are known, the cache of cards and an untouched mark stack.
made::Process g1_of_17(Bytes native = {}) {
    made::Process process;
    process.map(heap_begin, heap_end, "rw-p", 35 << 10U);
    if (native != Bytes())
        process.map(0x7effe0000000, 0x7effe0000000 + native.value(), "rw-p", native.value() >> 10U);
    process.map(0x7f0001000000, 0x7f0003000000, "rw-p", 0)
        .map(0x7f0010000000, 0x7f0018800000, "rw-p", 8)
        .map(0x7f0034400000, 0x7f0035400000, "rw-p", 16 << 10U)
        .map(0x7f0036001000, 0x7f0036046000, "rw-p", 276);
    VmInfo& info = jvm(process, 17, "G1", range_of(heap_begin, heap_end)).vm_info.emplace();
    info.heap = range_of(heap_begin, heap_end);
    info.card_table = range_of(0x7f0034400000, 0x7f0034c00000);
    info.gc.push_back({"Prev Bits", range_of(0x7f0010000000, 0x7f0014000000)});
    info.gc.push_back({"Next Bits", range_of(0x7f0014000000, 0x7f0018000000)});
    return process;
}

ProcessView with_nmt(ProcessView view) {
    made::category(view, "Java Heap", mib(4096), mib(4096));
    made::category(view, "GC", kib(188692), kib(188692));
    made::category(view, "Metaspace", mib(64), kib(384));
    return view;
}

}  // namespace

TEST_CASE("ledger: what has the size of a table of G1's is the collector's, where VM.info does not give it") {
    made::Process process = g1_of_17();
    const ProcessView& off = process.read();
    for (const Ledger& ledger : {reconcile(off).value(), reconcile(with_nmt(off)).value()}) {
        CHECK(ledger.unexplained == Bytes());
        CHECK(ledger.resident_of("jvm/gc") == mib(16) + kib(276 + 8));
        CHECK(ledger.resident_of("jvm/metaspace or gc") == Bytes());
    }
}

TEST_CASE("ledger: each table is there once, and of several mappings of its size the highest is it") {
    const Bytes native = GENERATE(mib(8), mib(32));  // as large as the offsets, as the mark stack
    made::Process process = g1_of_17(native);
    const ProcessView& off = process.read();
    CHECK(reconcile(off).value().unexplained == native);
    CHECK(reconcile(with_nmt(off)).value().unexplained == native);
}

TEST_CASE("ledger: two tables that the kernel has joined are found before others of the size of one") {
    made::Process process;
    process.map(0xf0000000, 0x100000000, "rw-p", 35 << 10U);
    process.map(0x7f0000000000, 0x7f0000400000, "rw-p", 4096)
        .map(0x7f0000402000, 0x7f0000802000, "rw-p", 4096);
    process.map(0x7f0010000000, 0x7f0010800000, "rw-p", 64);
    ProcessView& view = jvm(process, 8, "G1", range_of(0xf0000000, 0x100000000));
    CHECK(reconcile(view).value().unexplained == mib(8));
}

TEST_CASE("ledger: what native code commits of a reservation is not paid from untouched tables") {
    made::Process process = g1_of_17();
    process.map(0x7f0040000000, 0x7f0041c00000, "rw-p", 28 << 10U)
        .map(0x7f0041c00000, 0x7f0044000000, "---p", 0);
    CHECK(reconcile(with_nmt(process.read())).value().unexplained == mib(28));
}

TEST_CASE("ledger: with NMT off, native memory in a reservation is not paid from tables that are known") {
    made::Process process;
    process.map(heap_begin, heap_end, "rw-p", 35 << 10U)
        .map(0x7f0001000000, 0x7f0003000000, "rw-p", 0)  // the mark stack
        .map(0x7f0010000000, 0x7f0014000000, "rw-p", 8)
        .map(0x7f0034400000, 0x7f0035400000, "rw-p", 16 << 10U)  // cards and block offsets
        .map(0x7f0040000000, 0x7f0041c00000, "rw-p", 28 << 10U)
        .map(0x7f0041c00000, 0x7f0044000000, "---p", 0);
    ProcessView& view = jvm(process, 21, "G1", range_of(heap_begin, heap_end));
    view.heap_info->metaspace = MetaspaceUse{kib(100), kib(384), mib(64)};
    VmInfo& info = view.vm_info.emplace();
    info.heap = range_of(heap_begin, heap_end);
    info.card_table = range_of(0x7f0034400000, 0x7f0034c00000);
    info.gc.push_back({"Mark Bits", range_of(0x7f0010000000, 0x7f0014000000)});
    const Ledger ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/gc") == mib(16) + kib(8));
    CHECK(ledger.unexplained == mib(28));
}

TEST_CASE("ledger: a mark stack that was not found pays for no native memory") {
    constexpr std::uint64_t begin = 0xfc000000, end = 0x100000000;  // 64 MiB
    const Bytes native = mib(28);
    made::Process process;
    process.map(begin, end, "rw-p", 35 << 10U)
        .map(0x7f0001000000, 0x7f0003800000, "rw-p", 2048)  // the mark stack, joined with chunks
        .map(0x7f0040000000, 0x7f0040000000 + native.value(), "rw-p", native.value() >> 10U)
        .map(0x7f0040000000 + native.value(), 0x7f0044000000, "---p", 0);
    ProcessView& view = jvm(process, 17, "G1", range_of(begin, end));
    view.heap_info->metaspace = MetaspaceUse{kib(100), kib(384), mib(64)};
    const Ledger ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/metaspace or gc") == Bytes());
    CHECK(ledger.unexplained == native + mib(2));
}

TEST_CASE("ledger: a mark stack that was touched at the start is the collector's") {
    const int feature = GENERATE(8, 17);
    made::Process process;
    process.map(heap_begin, heap_end, "rw-p", 35 << 10U)
        .map(0x7f0001000000, 0x7f0003000000, "rw-p", 32 << 10U);
    ProcessView& view = jvm(process, feature, "G1", range_of(heap_begin, heap_end));
    const Bytes of_gc = feature == 8 ? mib(32) : Bytes();  // in 17 it is no VirtualSpace
    CHECK(reconcile(view).value().unexplained == mib(32));
    view.options.emplace().pretouch = true;
    CHECK(reconcile(view).value().resident_of("jvm/gc") == of_gc);
    CHECK(reconcile(view).value().unexplained == minus_or_zero(mib(32), of_gc));
}

TEST_CASE("ledger: a reservation as large as a table, of which more is committed than of the heap, is none") {
    made::Process process;
    process.map(heap_begin, heap_begin + 256 * one_mib, "rw-p", 35 << 10U)
        .map(heap_begin + 256 * one_mib, heap_end, "---p", 0)
        .map(0x7f0010000000, 0x7f0010400000, "rw-p", 8)  // 1/64 of 256 MiB
        .map(0x7f0010400000, 0x7f0014000000, "---p", 0)
        .map(0x7f0040000000, 0x7f0041c00000, "rw-p", 28 << 10U)
        .map(0x7f0041c00000, 0x7f0044000000, "---p", 0);
    ProcessView& view = jvm(process, 21, "G1", range_of(heap_begin, heap_end));
    made::category(view, "Java Heap", mib(4096), mib(256));
    made::category(view, "GC", mib(112), mib(37));
    Bytes left = mib(37);
    Owners owners;
    const Layer<Claim> found = claims_of_collector_tables(view, {}, left, owners).layer;
    REQUIRE(found.size() == 1);
    CHECK(found[0].range == range_of(0x7f0010000000, 0x7f0010400000));
    CHECK(left == mib(33));
}

TEST_CASE("ledger: CMS marks the old generation, and the kernel joins the marks with the block offsets") {
    made::Process process;
    process.map(0xf0000000, 0x100000000, "rw-p", 35 << 10U).map(0x7f893cbb9000, 0x7f893ceba000, "rw-p", 344);
    ProcessView& view = jvm(process, 8, "ConcMarkSweep", range_of(0xf0000000, 0xf5550000));
    HeapSpace old;
    old.name = "concurrent mark-sweep generation";
    old.reserved = range_of(0xf5550000, 0x100000000);
    view.heap_info->spaces.push_back(old);
    const Ledger ledger = reconcile(view).value();
    CHECK(ledger.unexplained == Bytes());
    CHECK(ledger.resident_of("jvm/gc") == kib(344));
}

TEST_CASE("ledger: a table joined with memory of another lies beside one that VM.info gives") {
    made::Process process;
    process.map(0xf0000000, 0x100000000, "rw-p", 35 << 10U).map(0x7fabab0a5000, 0x7fabab4a7000, "rw-p", 4104);
    ProcessView& view = jvm(process, 11, "ConcMarkSweep", range_of(0xf0000000, 0xf5550000));
    HeapSpace old;
    old.name = "concurrent mark-sweep generation";
    old.reserved = range_of(0xf5550000, 0x100000000);
    view.heap_info->spaces.push_back(old);
    VmInfo& info = view.vm_info.emplace();
    info.heap = range_of(0xf0000000, 0x100000000);
    info.card_table = range_of(0x7fab00000000, 0x7fab00081000);
    info.gc.push_back({"Bits", range_of(0x7fabab0a5000, 0x7fabab34fc00)});
    Owners owners;
    Bytes left = mib(40);
    const Claim gc{owners.id("jvm/gc"), Evidence::vm_info, false};
    const Layer<Claim> found = claims_of_collector_tables(view, {{info.gc[0].range, gc}}, left, owners).layer;
    REQUIRE(found.size() == 1);
    CHECK(found[0].range.end == Address{0x7fabab3a6000});
}

TEST_CASE("ledger: a small map of a code heap in a reservation is no table, though as large as one") {
    made::Process process;
    process.map(0xf0000000, 0x100000000, "rw-p", 35 << 10U)
        .map(0x7f0010000000, 0x7f0010005000, "rw-p", 20)
        .map(0x7f0010005000, 0x7f00100eb000, "---p", 0);
    ProcessView& view = jvm(process, 17, "Parallel", range_of(0xf0000000, 0x100000000));
    Owners owners;
    Bytes left = mib(40);
    CHECK(claims_of_collector_tables(view, {}, left, owners).layer.empty());
}

TEST_CASE("collector tables: as HotSpot of each release reserves them") {
    struct Known {
        int feature;
        std::string gc;
        std::vector<Bytes> sizes;  // of a heap of 256 MiB, old generation 174,784 KiB, by NMT's map
    };
    const std::vector<Known> known{
        {8, "Serial", {kib(516), kib(344)}},
        {8, "Parallel", {kib(516), kib(344), mib(8), kib(20), kib(512)}},
        {8, "ConcMarkSweep", {kib(516), kib(344), kib(2732), kib(44), mib(32)}},
        {17, "G1", {mib(4), mib(4), kib(512), kib(512), kib(512), kib(20), mib(32)}},
        {25, "G1", {mib(4), kib(512), kib(512), kib(20), mib(32)}},
        {28, "G1", {mib(4), kib(512), kib(512), kib(512), kib(20), mib(32)}},
        {25, "Parallel", {kib(512), kib(344), mib(4), kib(20)}},
        {28, "Parallel", {kib(512), kib(512), mib(4), kib(20)}},
        {28, "Serial", {kib(512), kib(344)}},
        {11, "Shenandoah", {mib(4), mib(4), kib(128)}},
        {17, "Shenandoah", {mib(8), kib(128)}},
        {28, "Shenandoah", {mib(8), kib(448), kib(516), kib(516)}}};
    for (const Known& entry : known) {
        made::Process process;
        process.map(0xf0000000, 0x100000000, "rw-p", 1024);
        ProcessView& view = jvm(process, entry.feature, entry.gc, range_of(0xfaab0000, 0x100000000));
        HeapSpace old;
        old.name = entry.gc == "Parallel"        ? "ParOldGen"
                   : entry.gc == "ConcMarkSweep" ? "concurrent mark-sweep generation"
                   : entry.feature < 25          ? "tenured generation"
                                                 : "Tenured";
        old.reserved = range_of(0xf0000000, 0xfaab0000);
        view.heap_info->spaces.push_back(old);
        std::vector<Bytes> sizes;
        for (const CollectorTable& table : collector_tables(view)) sizes.push_back(table.reserved);
        INFO(entry.gc << " of " << entry.feature);
        CHECK(sizes == entry.sizes);
    }
}

TEST_CASE("collector tables: Parallel's marks are left out where VM.info gives their halves") {
    made::Process process;
    process.map(0xf0000000, 0x100000000, "rw-p", 1024);
    ProcessView& view = jvm(process, 21, "Parallel", range_of(0xf0000000, 0x100000000));
    VmInfo& info = view.vm_info.emplace();
    info.heap = range_of(0xf0000000, 0x100000000);
    const auto has_marks = [&] {
        const auto tables = collector_tables(view);
        return std::any_of(tables.begin(), tables.end(),
                           [](const CollectorTable& table) { return table.reserved == mib(8); });
    };
    info.gc.push_back({"Begin Bits", range_of(0x7f0010000000, 0x7f0010400000)});
    CHECK(has_marks());
    SECTION("that lie side by side") {
        info.gc.push_back({"End Bits", range_of(0x7f0010400000, 0x7f0010800000)});
        CHECK_FALSE(has_marks());
    }
    SECTION("not those that do not") {
        info.gc.push_back({"End Bits", range_of(0x7f0020400000, 0x7f0020800000)});
        CHECK(has_marks());
    }
}
