#include "hotspot/gc_log/gc_log.h"

#include <string>
#include <string_view>

#include "catch.h"

using nmtx::Bytes;
using nmtx::GcLog;
using nmtx::kib;
using nmtx::mib;
using nmtx::parse_gc_log;

namespace {

GcLog gc_log_of(std::string_view text) {
    auto parsed = parse_gc_log(text);
    INFO((parsed ? std::string("a value") : nmtx::to_string(parsed.error())));
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

constexpr std::string_view parallel_of_8 =
    "OpenJDK 64-Bit Server VM (25.504-b01) for linux-amd64 JRE (1.8.0_504-b01)\n"
    "Memory: 4k page, physical 24683620k(18466404k free), swap 0k(0k free)\n"
    "CommandLine flags: -XX:CompressedClassSpaceSize=67108864 -XX:MaxMetaspaceSize=134217728 "
    "-XX:MetaspaceSize=8388608 "
    "-XX:+UseParallelGC \n"
    "{Heap before GC invocations=1 (full 0):\n"
    " PSYoungGen      total 18944K, used 13271K [0x00000000feb00000, 0x0000000100000000, "
    "0x0000000100000000)\n"
    " Metaspace       used 3984K, capacity 7940K, committed 8192K, reserved 1056768K\n"
    "  class space    used 613K, capacity 1100K, committed 1536K, reserved 1048576K\n"
    "2026-11-26T22:26:37.974+0000: 0.142: [GC (Metadata GC Threshold) [PSYoungGen: 13271K->960K(18944K)] "
    "13271K->960K(62976K), 0.0028214 secs] [Times: user=0.00 sys=0.00, real=0.00 secs] \n"
    "Heap after GC invocations=1 (full 0):\n"
    " Metaspace       used 3984K, capacity 7940K, committed 8192K, reserved 1056768K\n"
    "  class space    used 613K, capacity 1100K, committed 1536K, reserved 1048576K\n"
    "}\n"
    "2026-11-26T22:26:37.981+0000: 0.149: [Full GC (Metadata GC Threshold) [PSYoungGen: 960K->0K(18944K)] "
    "[ParOldGen: 0K->500K(25600K)] 960K->500K(44544K), [Metaspace: 3989K->3297K(1056768K)], 0.0038998 secs] "
    "[Times: user=0.01 sys=0.00, real=0.00 secs] \n";

}  // namespace

TEST_CASE("gc log: Parallel of 8 with stamps, heaps and flags") {
    const GcLog log = gc_log_of(parallel_of_8);
    CHECK_FALSE(log.unified);
    CHECK(log.metadata_collections == 2);
    CHECK(log.metadata_full == 1);
    CHECK(log.class_space_size == mib(64));
    CHECK(log.max_metaspace_size == mib(128));
    CHECK(log.metaspace_size == mib(8));
    REQUIRE(log.collections.size() == 2);
    CHECK(log.collections[0].what == "GC");
    CHECK(log.collections[0].cause == "Metadata GC Threshold");
    CHECK(log.collections[0].heap_before == kib(13271));
    CHECK(log.collections[0].heap_after == kib(960));
    CHECK(log.collections[0].heap_total == kib(62976));
    CHECK_FALSE(log.collections[0].full);
    CHECK(log.collections[1].full);
    CHECK(log.collections[1].heap_after == kib(500));
    REQUIRE(log.metaspace.size() == 3);
    CHECK(log.metaspace[0].all.used == kib(3984));
    CHECK(log.metaspace[0].capacity == kib(7940));
    CHECK(log.metaspace[0].class_space.reserved == kib(1048576));
    CHECK(log.metaspace[0].class_capacity == kib(1100));
    CHECK(log.metaspace[0].time.uptime_s == 0.142);  // of the collection below it
    CHECK(log.metaspace[1].time.date == "2026-11-26T22:26:37.974+0000");
    CHECK(log.metaspace[2].used_before == kib(3989));
    CHECK(log.metaspace[2].all.used == kib(3297));
    CHECK(log.metaspace[2].all.reserved == kib(1056768));
    CHECK_FALSE(log.metaspace[2].all.committed);
    CHECK(log.not_understood.empty());
}

TEST_CASE("gc log: G1 of 8, with its heap in a line below") {
    const GcLog log = gc_log_of(
        "0.077: [GC pause (Metadata GC Threshold) (young) (initial-mark), 0.0023 secs]\n"
        "      [GC Worker Start (ms): Min: 68.1, Avg: 68.1, Max: 68.1, Diff: 0.0]\n"
        "   [Eden: 6402.0K(6402.0K)->0.0B(13.0M) Survivors: 0.0B->1024.0K Heap: "
        "24.5M(256.0M)->3500.5K(256.0M)]\n"
        " [Times: user=0.00 sys=0.00, real=0.00 secs] \n"
        "0.100: [GC concurrent-root-region-scan-start]\n"
        "0.284: [Full GC (System.gc())  20M->1655K(8192K), 0.0212 secs]\n"
        "   [Eden: 1024.0K(6144.0K)->0.0B(5120.0K) Survivors: 0.0B->0.0B Heap: "
        "20.0M(64.0M)->1655.5K(8192.0K)], "
        "[Metaspace: 20981K->20980K(1067008K)]\n");
    REQUIRE(log.collections.size() == 2);
    CHECK(log.collections[0].what == "GC pause");
    CHECK(log.collections[0].heap_before == Bytes(25690112));
    CHECK(log.collections[0].heap_after == Bytes(3584512));
    CHECK(log.collections[1].cause == "System.gc()");
    CHECK(log.collections[1].heap_before == mib(20));
    CHECK(log.metadata_collections == 1);
    REQUIRE(log.metaspace.size() == 1);
    CHECK(log.metaspace[0].all.used == kib(20980));
    CHECK(log.metaspace[0].time.uptime_s == 0.284);
}

TEST_CASE("gc log: unified, used and committed, of the class space as well, each collection once") {
    const GcLog log = gc_log_of(
        "[0.054s][info ][gc,metaspace] Compressed class space mapped at: "
        "0x00007f834c000000-0x00007f838c000000, reserved "
        "size: 1073741824\n"
        "[12.345s][info][gc,start    ] GC(3) Pause Young (Concurrent Start) (Metadata GC Threshold)\n"
        "[12.348s][info][gc,metaspace] GC(3) Metaspace: 5568K(21376K)->5567K(21312K) NonClass: "
        "4098K(15360K)->4098K(15360K) "
        "Class: 1469K(6016K)->1468K(5952K)\n"
        "[12.348s][info][gc          ] GC(3) Pause Young (Concurrent Start) (Metadata GC Threshold) "
        "30M->1M(64M) 8.892ms\n"
        "[12.349s][info][gc          ] GC(4) Concurrent Mark Cycle\n"
        "[12.360s][info][gc          ] GC(4) Pause Remark 2M->2M(64M) 0.500ms\n");
    CHECK(log.unified);
    CHECK(log.class_space_size == mib(1024));
    REQUIRE(log.collections.size() == 1);
    CHECK(log.collections[0].what == "Pause Young (Concurrent Start)");
    CHECK(log.collections[0].cause == "Metadata GC Threshold");
    CHECK(log.collections[0].gc == 3U);
    CHECK(log.collections[0].line == 2);
    CHECK(log.collections[0].heap_total == mib(64));
    CHECK(log.metadata_collections == 1);
    CHECK(log.metadata_full == 0);
    REQUIRE(log.metaspace.size() == 1);
    CHECK(log.metaspace[0].used_before == kib(5568));
    CHECK(log.metaspace[0].all.used == kib(5567));
    CHECK(log.metaspace[0].all.committed == kib(21312));
    CHECK_FALSE(log.metaspace[0].all.reserved);
    CHECK(log.metaspace[0].class_space.used == kib(1468));
    CHECK(log.metaspace[0].class_space.committed == kib(5952));
    CHECK(log.metaspace[0].time.uptime_s == 12 + 0.348);
    CHECK(log.not_understood.empty());
}

TEST_CASE("gc log: until 13 what stands in parentheses is reserved") {
    const GcLog log = gc_log_of(
        "[1.2s][info][gc,metaspace] GC(0) Metaspace: 20981K->20981K(1067008K)\n"
        "[1.2s][info][gc] GC(0) Pause Full (Metadata GC Threshold) 605K->560K(64512K) 3.2ms\n");
    REQUIRE(log.metaspace.size() == 1);
    CHECK(log.metaspace[0].all.reserved == kib(1067008));
    CHECK_FALSE(log.metaspace[0].all.committed);
    CHECK(log.metadata_full == 1);
}

TEST_CASE("gc log: any decorations, and none") {
    for (const std::string_view before :
         {"[2026-11-22T20:26:55.041+0000][0.109s][4711][4712][debug][gc,heap     ] ", "[109ms][info] ",
          "[1795732011562ms][109ms][host-1.example.org][gc,metaspace] ", "[109000000ns] ", ""}) {
        CAPTURE(before);
        const GcLog log = gc_log_of(std::string(before) +
                                    "GC(7)  Metaspace       used 73K, committed 320K, reserved 1114112K\n");
        CHECK(log.unified);
        REQUIRE(log.metaspace.size() == 1);
        CHECK(log.metaspace[0].gc == 7U);
        CHECK(log.metaspace[0].all.committed == kib(320));
        if (!before.empty()) CHECK(log.metaspace[0].time.uptime_s == 0.109);
        if (before.find("1795") != std::string_view::npos)
            CHECK(log.metaspace[0].time.epoch_ms == 1795732011562U);
    }
}

TEST_CASE("gc log: Z and Shenandoah") {
    const GcLog log = gc_log_of(
        "[0.40s][info][gc,metaspace] GC(0) Metaspace: 5M used, 8M capacity, 8M committed, 10M reserved\n"
        "[0.40s][info][gc          ] GC(0) Garbage Collection (Metadata GC Threshold) 24M(9%)->8M(3%)\n"
        "[0.41s][info][gc,metaspace] GC(1) Y: Metaspace: 0M used, 1M committed, 1088M reserved\n"
        "[0.42s][info][gc          ] GC(1) Major Collection (Warmup)\n"
        "[0.43s][info][gc          ] GC(2) Minor Collection (Allocation Rate)\n"
        "[0.44s][info][gc          ] GC(2) Minor Collection (Allocation Rate) 20M(8%)->14M(5%) 0.012s\n"
        "[0.45s][info][gc          ] GC(1) Major Collection (Warmup) 28M(11%)->16M(6%) 0.050s\n"
        "[0.46s][info][gc          ] Trigger: Metadata GC Threshold\n"
        "[0.50s][info][gc,stats    ] Pause Init Mark (N)            =    0.000 s (a =       28 us) (n =     "
        "5) (lvls, us = 15)\n");
    REQUIRE(log.metaspace.size() == 2);
    CHECK(log.metaspace[0].capacity == mib(8));
    CHECK(log.metaspace[1].all.reserved == mib(1088));
    REQUIRE(log.collections.size() == 3);
    CHECK(log.collections[0].heap_after == mib(8));
    CHECK_FALSE(log.collections[0].heap_total);
    CHECK(log.collections[1].heap_before == mib(28));
    CHECK(log.collections[2].heap_before == mib(20));
    CHECK(log.metadata_collections == 2);
}

TEST_CASE("gc log: the end of metaspace, and lines that are none of a log") {
    const GcLog log = gc_log_of(
        "0.5: [Full GC (Metadata GC Threshold) 2M->1M(10M), 0.01 secs]\n"
        "java.lang.OutOfMemoryError: Metaspace\n"
        "Caused by: java.lang.OutOfMemoryError: Compressed class space\n"
        "hello world\n"
        "[0.6s][info][gc,metaspace] GC(0) Metaspace: 5M us\n");
    CHECK(log.metaspace_exhausted == 1);
    CHECK(log.class_space_exhausted == 1);
    REQUIRE(log.not_understood.texts().size() == 2);
    CHECK(log.not_understood.texts()[0].line == 4);
    CHECK(log.not_understood.texts()[1].line == 5);
    CHECK_FALSE(parse_gc_log("hello\n").has_value());
}

TEST_CASE("gc log: every beginning gives a value or an error, and no figure of what is cut") {
    for (std::size_t n = 0; n < parallel_of_8.size(); ++n) {
        const auto log = parse_gc_log(parallel_of_8.substr(0, n));
        if (!log) continue;
        for (const auto& collection : log->collections)
            if (collection.heap_total)
                CHECK((*collection.heap_total == kib(62976) || *collection.heap_total == kib(44544)));
    }
}
