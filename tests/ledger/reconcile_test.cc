#include "ledger/partition/reconcile.h"

#include "catch.h"
#include "ledger/headline.h"
#include "ledger/ledger.h"
#include "ledger/mapping_owner.h"
#include "ledger/plan/ranges_to_ask.h"
#include "support/made_process.h"

using namespace nmtx;
using made::libjvm;
using made::region;
using made::sum_of;

namespace {

void resident(ProcessView& view, Range asked, std::vector<Range> runs) {
    if (!view.residency) view.residency.emplace();
    view.residency->asked.push_back(asked);
    view.residency->present.insert(view.residency->present.end(), runs.begin(), runs.end());
}

}  // namespace

TEST_CASE("ledger: a mapping that one NMT region covers belongs to its category") {
    made::Process process;
    process.map(0x10000, 0x20000, "rw-p", 40).map(0x20000, 0x30000, "---p", 0);
    ProcessView& view = process.read();
    view.nmt_map.emplace();
    view.nmt_map->regions.push_back(region(0x10000, 0x30000, "Java Heap"));
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/java heap") == kib(40));
    CHECK(ledger.unexplained == Bytes());
    CHECK(sum_of(ledger) == ledger.rss);
}

TEST_CASE("ledger: a mapping of two regions is told apart by its pages") {
    made::Process process;
    process.map(0x10000, 0x30000, "rw-p", 20);
    ProcessView& view = process.read();
    view.nmt_map.emplace();
    view.nmt_map->regions = {region(0x10000, 0x20000, "GC"), region(0x20000, 0x30000, "Code")};
    CHECK(ranges_to_tell_apart(view) == std::vector<Range>{range_of(0x10000, 0x30000)});
    SECTION("exactly, where the pages are known") {
        resident(view, range_of(0x10000, 0x30000), {range_of(0x11000, 0x13000), range_of(0x20000, 0x23000)});
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("jvm/gc") == kib(8));
        CHECK(ledger.resident_of("jvm/code cache") == kib(12));
        CHECK(ledger.moved == Bytes());
        CHECK(ledger.estimated == Bytes());
    }
    SECTION("and still sums to smaps where a page came or went in between") {
        const bool grew = GENERATE(true, false);
        const Range run = grew ? range_of(0x11000, 0x1a000) : range_of(0x11000, 0x12000);
        resident(view, range_of(0x10000, 0x30000), {run, range_of(0x20000, 0x21000)});
        const auto ledger = reconcile(view).value();
        CHECK(sum_of(ledger) == kib(20));
        CHECK(ledger.moved == (grew ? kib(20) : kib(12)));
    }
    SECTION("by size, marked as an estimate, where they are not") {
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("jvm/gc") + ledger.resident_of("jvm/code cache") == kib(20));
        CHECK(ledger.estimated == kib(20));
        for (const Row& row : ledger.rows) CHECK((row.estimated || row.path == "unexplained"));
    }
}

TEST_CASE(
    "ledger: an archived file inside the heap is heap, a library beside it is a file, what follows it its "
    ".bss") {
    made::Process process;
    process.map(0x10000, 0x20000, "rw-p", 64)
        .map(0x20000, 0x30000, "rw-p", 60, "/usr/lib/jvm/java-17/lib/server/classes.jsa", 77)
        .map(0x7f0000000000, 0x7f0000100000, "r-xp", 512, libjvm, 78)
        .map(0x7f0000100000, 0x7f0000110000, "rw-p", 32, libjvm, 78, 0x100000)
        .map(0x7f0000110000, 0x7f0000120000, "rw-p", 16)
        .map(0x7f0000120000, 0x7f0000130000, "r--p", 8, "/opt/app/libleak.so.1.2", 79)
        .map(0x7f0000130000, 0x7f0000140000, "r--s", 4, "/opt/app/data.bin (deleted)", 80)
        .map(0x7f0000140000, 0x7f0000150000, "rw-p", 12);
    ProcessView& view = process.read();
    view.nmt_map.emplace();
    view.nmt_map->regions.push_back(region(0x10000, 0x30000, "Java Heap"));
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/java heap") == kib(124));
    CHECK(ledger.resident_of("file/jvm library") == kib(544));
    CHECK(ledger.resident_of("file/jvm library/bss") == kib(16));
    CHECK(ledger.resident_of("file/native library") == kib(8));
    CHECK(ledger.resident_of("file/deleted") == kib(4));
    CHECK(ledger.unexplained == kib(12));
    const Headline h = headline_of(ledger);
    CHECK(h.jvm_mmap + h.nmt_malloc + h.malloc_outside + h.files + h.native_stacks + h.other +
              h.unexplained ==
          ledger.rss);
}

TEST_CASE(
    "ledger: malloc's own headers win over a tag of System.map, which covers a whole mapping, but not over "
    "an NMT region") {
    made::Process process;
    process.map(0x7f0000000000, 0x7f0000200000, "rw-p", 2048);
    ProcessView& view = process.read();
    view.malloc_layout.emplace();
    view.malloc_layout->mmapped_chunks.push_back(range_of(0x7f0000000000, 0x7f0000180000));
    SECTION("System.map") {
        SystemMapRow row;
        row.range = range_of(0x7f0000000000, 0x7f0000200000);
        row.tags = {"META"};
        view.system_map.emplace();
        view.system_map->rows.push_back(row);
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("malloc/mmapped chunk") == kib(1536));
        CHECK(ledger.resident_of("jvm/metaspace") == kib(512));
    }
    SECTION("NMT") {
        view.nmt_map.emplace();
        view.nmt_map->regions.push_back(region(0x7f0000000000, 0x7f0000200000, "Metaspace"));
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("jvm/metaspace") == mib(2));
    }
}

TEST_CASE("ledger: a heap that is mapped three times is counted once, the rest is mapped again") {
    made::Process process;
    constexpr std::string_view memfd = "/memfd:java_heap (deleted)";
    process.map(0x40000000000, 0x40000400000, "rw-s", 4096, memfd, 9)
        .map(0x80000000000, 0x80000400000, "rw-s", 1024, memfd, 9)
        .map(0x100000000000, 0x100000400000, "rw-s", 2048, memfd, 9)
        .map(0x100000400000, 0x100000800000, "rw-s", 4096, memfd, 9, 0x400000);
    ProcessView& view = process.read();
    view.nmt_map.emplace();
    view.nmt_map->regions = {region(0x40000000000, 0x40000400000, "Java Heap"),
                             region(0x80000000000, 0x80000400000, "Java Heap"),
                             region(0x100000000000, 0x100000800000, "Java Heap")};
    resident(view, range_of(0x80000000000, 0x80000400000), {range_of(0x80000000000, 0x80000100000)});
    resident(view, range_of(0x100000000000, 0x100000400000), {range_of(0x100000000000, 0x100000200000)});
    CHECK(ranges_to_tell_apart(view).size() == 2);
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/java heap") == mib(8));
    CHECK(ledger.mapped_again == mib(3));
    CHECK(ledger.rss == mib(11));
    CHECK(ledger.rss_true() == mib(8));
}

TEST_CASE("ledger: a stack that NMT does not know is a native stack by its thread's stack pointer") {
    made::Process process;
    process.map(0x7f0000000000, 0x7f0000001000, "---p", 0).map(0x7f0000001000, 0x7f0000101000, "rw-p", 24);
    ProcessView& view = process.read();
    view.nmt_map.emplace();
    Task task;
    task.tid = 7;
    task.comm = "rocksdb:low0";
    task.stack_pointer = Address{0x7f00000ff000};
    view.tasks = {task};
    CHECK(reconcile(view).value().resident_of("stack/native") == kib(24));
    SECTION("and by its guard, as an estimate, where the thread is running") {
        view.tasks->front().stack_pointer.reset();
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("stack/native") == kib(24));
        CHECK(ledger.rows.front().estimated);
    }
    SECTION("and by the pointer that it had when it was stopped, where no line guards the stack") {
        made::Process unguarded;
        unguarded.map(0x7f0000001000, 0x7f0000102000, "rw-p", 24);
        unguarded.read().nmt_map.emplace();
        unguarded.read().tasks = {task};
        unguarded.read().tasks->front().stack_pointer.reset();
        CHECK(reconcile(unguarded.read()).value().resident_of("stack/native") == Bytes());
        NativeStack stopped;
        stopped.tid = task.tid;
        stopped.stack_pointer = Address{0x7f00000ff000};
        unguarded.read().native_stacks = NativeStacks{{stopped}, {}, {}};
        CHECK(reconcile(unguarded.read()).value().resident_of("stack/native") == kib(24));
    }
    SECTION("without NMT, HotSpot's guard zone tells a Java thread's") {
        made::Process java;
        java.map(0x7f0000000000, 0x7f0000004000, "---p", 0).map(0x7f0000004000, 0x7f0000101000, "rw-p", 24);
        java.read().tasks = {task};
        CHECK(reconcile(java.read()).value().resident_of("jvm/thread stack") == kib(24));
    }
}

TEST_CASE(
    "ledger: ZGC's mark stacks of JDK 11, which NMT does not know, are known by their reservation of 1 TiB") {
    made::Process process;
    process.map(0x150000000000, 0x150002000000, "rw-p", 32768).map(0x150002000000, 0x160000000000, "---p", 0);
    process.read().nmt_map.emplace();
    const auto ledger = reconcile(process.read()).value();
    CHECK(ledger.resident_of("named/zgc mark stacks") == mib(32));
    CHECK(ledger.unexplained == Bytes());
}

TEST_CASE(
    "ledger: without NMT, what HotSpot commits inside its reservations is an area of its own, as an "
    "estimate") {
    made::Process process;
    process.map(0x100000000, 0x1000e0000, "rw-p", 728)
        .map(0x1000e0000, 0x140000000, "---p", 0)
        .map(0x7f0000000000, 0x7f0000270000, "rwxp", 924)
        .map(0x7f0000270000, 0x7f000f000000, "---p", 0)
        .map(0x7f0010000000, 0x7f0010600000, "rw-p", 5208)
        .map(0x7f0010600000, 0x7f0010800000, "---p", 0)
        .map(0x7f0020000000, 0x7f0020010000, "rw-p", 8);
    ProcessView& view = process.read();
    view.heap_info.emplace();
    view.heap_info->class_space.emplace();
    view.heap_info->class_space->reserved = mib(1024);
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/class space") == kib(728));
    CHECK(ledger.resident_of("jvm/code cache") == kib(924));
    CHECK(ledger.resident_of("jvm/metaspace or gc") == kib(5208));
    CHECK(ledger.unexplained == kib(8));
    for (const Row& row : ledger.rows) CHECK((row.estimated || row.path == "unexplained"));
}

TEST_CASE(
    "ledger: without NMT's addresses a metaspace node is one, into however many pieces the kernel cuts it") {
    made::Process process;
    process.map(0x7f0003000000, 0x7f0003400000, "rw-p", 4096)
        .map(0x7f0003400000, 0x7f0003d00000, "rw-p", 9216)
        .map(0x7f0003d00000, 0x7f0003e00000, "---p", 0)
        .map(0x7f0003e00000, 0x7f0003e60000, "rw-p", 380)
        .map(0x7f0003e60000, 0x7f0007000000, "---p", 0);
    ProcessView& view = process.read();
    view.heap_info.emplace();
    view.version = JavaVersion{17, "17.0.15", "17.0.15", "OpenJDK 64-Bit Server VM"};
    CHECK(reconcile(view).value().resident_of("jvm/metaspace or gc") == kib(4096 + 9216 + 380));
    CHECK(reconcile(view).value().unexplained == Bytes());
    CHECK(malloc_candidates(view).empty());
    SECTION("metaspace of JDK 11 has no such nodes") {
        view.version->feature = 11;
        CHECK(reconcile(view).value().unexplained == kib(4096));
        CHECK_FALSE(malloc_candidates(view).empty());
    }
}

TEST_CASE(
    "ledger: a metaspace node is found where the kernel has joined its first piece to another's memory") {
    made::Process process;
    process.map(0x7f0002b00000, 0x7f0003400000, "rw-p", 9216).map(0x7f0003400000, 0x7f0007000000, "---p", 0);
    ProcessView& view = process.read();
    view.heap_info.emplace();
    made::category(view, "Metaspace", mib(64), mib(4));
    view.version = JavaVersion{17, "17.0.15", "17.0.15", "OpenJDK 64-Bit Server VM"};
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("jvm/metaspace or gc") == kib(4096));
    CHECK(ledger.unexplained == kib(5120));
}

TEST_CASE("ledger: without NMT, a reservation right behind a mapped file is no .bss of it") {
    made::Process process;
    process.map(0x7f0000000000, 0x7f0001000000, "rw-s", 16384, "/srv/data.bin", 9)
        .map(0x7f0001000000, 0x7f0001070000, "rw-p", 436)
        .map(0x7f0001070000, 0x7f0001400000, "---p", 0);
    process.read().heap_info.emplace();
    const auto ledger = reconcile(process.read()).value();
    CHECK(ledger.resident_of("jvm/metaspace or gc") == kib(436));
    CHECK(ledger.unexplained == Bytes());
}

TEST_CASE("ledger: the three figures of the gap are in order and the classic one may be negative") {
    made::Process process;
    process.map(0x10000, 0x20000, "rw-p", 40).map(0x7f0000000000, 0x7f0000200000, "rw-p", 1000, "[heap]");
    ProcessView& view = process.read();
    view.nmt_map.emplace();
    view.nmt_map->regions.push_back(region(0x10000, 0x20000, "Java Heap"));
    view.nmt.emplace();
    view.nmt->committed = mib(64);
    NmtCategory other;
    other.name = "Other";
    other.committed = other.malloc = kib(1500);
    NmtCategory heap;
    heap.name = "Java Heap";
    heap.committed = heap.mmap_committed = minus_or_zero(mib(64), kib(1500));
    view.nmt->categories = {heap, other};
    const auto ledger = reconcile(view).value();
    CHECK(ledger.gap.classic->value == 1040 * 1024 - 64 * 1024 * 1024);
    CHECK(ledger.gap.high->value == 1000 * 1024);
    CHECK(ledger.gap.low->value == -500 * 1024);
    CHECK(ledger.gap.likely->value == 0);
    CHECK(headline_of(ledger).malloc_outside == Bytes());
}

TEST_CASE("file kinds: by path, execution and deletion") {
    constexpr std::string_view home = "/usr/lib/jvm/java-17";
    CHECK(file_kind("/usr/lib/jvm/java-17/lib/libzip.so", false, home) == FileKind::jvm_library);
    CHECK(file_kind("/usr/lib/jvm/java-17/bin/java", true, home) == FileKind::jvm_library);
    CHECK(file_kind("/usr/lib/jvm/java-17/lib/modules", false, home) == FileKind::jar_or_jimage);
    CHECK(file_kind("/usr/lib/jvm/java-17-other/lib/libzip.so", false, home) == FileKind::native_library);
    CHECK(file_kind("/lib/x86_64-linux-gnu/libc-2.31.so", true, home) == FileKind::native_library);
    CHECK(file_kind("/lib/x86_64-linux-gnu/libc.so.6 (deleted)", true, home) == FileKind::native_library);
    CHECK(file_kind("/usr/bin/python3.11", true, "") == FileKind::native_library);
    CHECK(file_kind("/app/x.jar", false, home) == FileKind::jar_or_jimage);
    CHECK(file_kind("/memfd:pulse (deleted)", false, home) == FileKind::memfd);
    CHECK(file_kind("/dev/shm/sem.x", false, home) == FileKind::shared_memory);
    CHECK(file_kind("/SYSV00000000 (deleted)", false, home) == FileKind::shared_memory);
    CHECK(file_kind("/dev/nvidia0", false, home) == FileKind::device);
    CHECK(file_kind("/data/index/_0.cfs", false, home) == FileKind::data);
    CHECK(file_kind("/data/index/_0.cfs (deleted)", false, home) == FileKind::deleted);
    CHECK(file_kind("/data/some.solution", false, home) == FileKind::data);
}

TEST_CASE(
    "ledger: without NMT's addresses a table over the heap is known by its size, also where the kernel "
    "merged it, and never more than such tables can be") {
    made::Process process;
    process.map(0xf0000000, 0x100000000, "rw-p", 24)
        .map(0x7f0000000000, 0x7f0000050000, "rw-p", 320)
        .map(0x7f0000100000, 0x7f0000150000, "rw-p", 320)
        .map(0x7f0000200000, 0x7f0000400000, "rw-p", 2048)
        .map(0x7f0000500000, 0x7f0000510000, "rw-p", 64);
    for (std::uint64_t i = 0; i < 8; ++i)
        process.map(0x7f0001000000 + i * 0x100000, 0x7f0001000000 + i * 0x100000 + 0x50000, "rw-p", 320);
    process.read().vm = Vm::hotspot;
    process.read().heap_info.emplace();
    process.read().vm_info.emplace();
    process.read().vm_info->heap = range_of(0xf0000000, 0x100000000);
    const auto ledger = reconcile(process.read()).value();
    CHECK(ledger.resident_of("jvm/metaspace or gc") == kib(3 * 320));
    CHECK(ledger.unexplained == kib(2048 + 64 + 7 * 320));
    process.read().vm_info->heap.reset();
    CHECK(reconcile(process.read()).value().resident_of("jvm/metaspace or gc") == Bytes());
}

TEST_CASE(
    "ledger: where System.map tags a mapping that the kernel merged with .bss, NMT's map tells the two "
    "apart") {
    made::Process process;
    process.map(0x7effffff0000, 0x7f0000000000, "r-xp", 0, libjvm, 7)
        .map(0x7f0000000000, 0x7f0000010000, "rw-p", 64, libjvm, 7)
        .map(0x7f0000010000, 0x7f0000030000, "rw-p", 128);
    process.read().vm = Vm::hotspot;
    process.read().system_map.emplace();
    process.read().system_map->nmt_enabled = true;
    SystemMapRow row;
    row.range = range_of(0x7f0000010000, 0x7f0000030000);
    row.tags = {"GC"};
    process.read().system_map->rows.push_back(row);
    CHECK(reconcile(process.read()).value().resident_of("jvm/gc") == kib(128));
    process.read().nmt_map.emplace();
    NmtRegion region;
    region.range = range_of(0x7f0000020000, 0x7f0000030000);
    region.tag = "GC";
    process.read().nmt_map->regions.push_back(region);
    const auto ledger = reconcile(process.read()).value();
    CHECK(ledger.resident_of("jvm/gc") == kib(64));
    CHECK(ledger.resident_of("file/jvm library/bss") == kib(64));
}

TEST_CASE("ledger: an allocator that JNI code brought has a row of its own, and glibc serves malloc") {
    constexpr std::string_view jemalloc = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2";
    made::Process process;
    process.map(0x1000000, 0x1100000, "rw-p", 1024, "[heap]")
        .map(0x7f0000000000, 0x7f0001000000, "rw-p", 16384)
        .map(0x7f0010000000, 0x7f0010100000, "r-xp", 100, jemalloc, 21)
        .map(0x7f0020000000, 0x7f0020100000, "r-xp", 100, "/usr/lib/x86_64-linux-gnu/libc.so.6", 11)
        .map(0x7f0030000000, 0x7f0030100000, "r-xp", 100, libjvm, 12);
    ProcessView& view = process.read();
    // By what is mapped it may be jemalloc that serves malloc.
    CHECK(reconcile(view)->resident_of("malloc/[heap]") == mib(1));
    CHECK(reconcile(view)->resident_of("malloc/jemalloc") == mib(16));
    view.malloc_walk.emplace();
    view.malloc_walk->allocator = "glibc";
    view.malloc_walk->also_present = "jemalloc";
    view.malloc_walk->why_not_walked = "not here";
    const auto ledger = reconcile(view).value();
    CHECK(ledger.resident_of("malloc/main arena") == mib(1));
    CHECK(ledger.resident_of("malloc/jemalloc") == mib(16));
    const auto row = std::find_if(ledger.rows.begin(), ledger.rows.end(),
                                  [](const Row& r) { return r.path == "malloc/jemalloc"; });
    REQUIRE(row != ledger.rows.end());
    CHECK(row->estimated);
    // Heaps with headers of glibc's tell it, too.
    view.malloc_walk.reset();
    view.malloc_layout.emplace().heaps.push_back(
        {range_of(0x7f0004000000, 0x7f0004021000), {0x7f0004000030}});
    CHECK(reconcile(view)->resident_of("malloc/main arena") == mib(1));
}

TEST_CASE("ledger: what System.map tags as metaspace has no chunks of malloc where it is whole a node") {
    made::Process process;
    process.map(0x7f0008000000, 0x7f0008400000, "rw-p", 4096)
        .map(0x7f0008400000, 0x7f0008500000, "rw-p", 1024)
        .map(0x7f0008500000, 0x7f000c000000, "---p", 0)
        .map(0x7f000ff00000, 0x7f0010400000, "rw-p", 5120)
        .map(0x7f0010400000, 0x7f0014000000, "---p", 0);
    ProcessView& view = process.read();
    view.version = JavaVersion{25, "25.0.3", "25.0.3", "OpenJDK 64-Bit Server VM"};
    SystemMap& map = view.system_map.emplace();
    const auto tag = [&map](Range range, std::vector<std::string> tags) {
        SystemMapRow row;
        row.range = range;
        row.tags = std::move(tags);
        row.writable = true;
        map.rows.push_back(row);
    };
    tag(range_of(0x7f0008000000, 0x7f0008400000), {"META"});
    tag(range_of(0x7f0008400000, 0x7f0008500000), {"META"});
    SECTION("a node that begins with a mapping, and a mapping of someone else's") {
        CHECK(malloc_candidates(view) == std::vector{range_of(0x7f000ff00000, 0x7f0010400000)});
    }
    SECTION("one whose first mapping begins before it") {
        tag(range_of(0x7f000ff00000, 0x7f0010400000), {"META"});
        CHECK(malloc_candidates(view) == std::vector{range_of(0x7f000ff00000, 0x7f0010000000)});
    }
    SECTION("where another category is in it, it is not known which is where") {
        map.rows[1].tags.push_back("GC");
        CHECK(malloc_candidates(view).size() == 3);
    }
}

TEST_CASE("ledger: huge pages of hugetlb are no file, and malloc may have its chunks there") {
    made::Process process;
    process.map(0x7f0000000000, 0x7f0000400000, "rw-p", 0, "/anon_hugepage (deleted)", 65150)
        .map(0x7f0000400000, 0x7f0000800000, "rwxp", 0, "/anon_hugepage (deleted)", 65151)
        .map(0x7f0000800000, 0x7f0000c00000, "rw-p", 0, "/anon_hugepage (deleted)", 65152)
        .map(0x7f0030000000, 0x7f0030100000, "r-xp", 100, libjvm, 12);
    ProcessView& view = process.read();
    view.smaps->mappings[0].private_hugetlb = mib(4);
    view.smaps->mappings[1].private_hugetlb = mib(2);
    const auto ledger = reconcile(view).value();
    CHECK(ledger.owners.path(ledger.pieces[0].claim.owner) == "named/huge pages (hugetlb)");
    CHECK(ledger.owners.path(ledger.pieces[1].claim.owner) == "named/huge pages (hugetlb)");
    const auto candidates = malloc_candidates(view);
    REQUIRE(candidates.size() == 1);  // neither code nor what nobody touched
    CHECK(candidates[0] == range_of(0x7f0000000000, 0x7f0000400000));
}
