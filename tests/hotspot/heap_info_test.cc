#include "hotspot/areas/heap_info.h"

#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

HeapInfo heap(const char* text) {
    const auto info = parse_heap_info(text);
    if (!info) FAIL(to_string(info.error()));
    return *info;
}

std::vector<CodeHeap> code(const char* text) {
    const auto heaps = parse_codecache(text);
    if (!heaps) FAIL(to_string(heaps.error()));
    return *heaps;
}

MetaspaceReport metaspace(const char* text) {
    const auto report = parse_metaspace(text);
    if (!report) FAIL(to_string(report.error()));
    return *report;
}

template <typename Parser>
void check_prefixes(const std::string& text, Parser parse) {
    for (std::size_t n = 0; n <= text.size(); ++n) {
        const auto value = parse(std::string_view(text).substr(0, n));
        if (!value) CHECK_FALSE(value.error().what.empty());
    }
}

constexpr const char* g1_17 =
    " garbage-first heap   total 133120K, used 5730K [0x00000000e0000000, 0x0000000100000000)\n"
    "  region size 1024K, 5 young (5120K), 0 survivors (0K)\n"
    " Metaspace       used 370K, committed 576K, reserved 1114112K\n"
    "  class space    used 33K, committed 128K, reserved 1048576K\n";

constexpr const char* parallel_17 =
    " PSYoungGen      total 18944K, used 1638K [0x00000000fab00000, 0x00000000fc000000, 0x0000000100000000)\n"
    "  eden space 16384K, 10% used [0x00000000fab00000,0x00000000fac99ac0,0x00000000fbb00000)\n"
    "  from space 2560K, 0% used [0x00000000fbd80000,0x00000000fbd80000,0x00000000fc000000)\n"
    " ParOldGen       total 44032K, used 2K [0x00000000f0000000, 0x00000000f2b00000, 0x00000000fab00000)\n"
    "  object space 44032K, 0% used [0x00000000f0000000,0x00000000f0000000,0x00000000f2b00000)\n";

constexpr const char* shenandoah_17 =
    "Shenandoah Heap\n"
    " 256M max, 256M soft max, 65536K committed, 1280K used\n"
    " 1024 x 256K regions\n"
    "Status: not cancelled\n"
    "Reserved region:\n"
    " - [0x00000000f0000000, 0x0000000100000000) \n"
    "Collection set:\n"
    " - map (vanilla): 0x0000000000013c00\n"
    " - map (biased):  0x0000000000010000\n"
    "\n"
    " Metaspace       used 110K, committed 320K, reserved 1114112K\n"
    "  class space    used 3K, committed 128K, reserved 1048576K\n";

constexpr const char* segmented_21 =
    "CodeHeap 'non-profiled nmethods': size=120036Kb used=73Kb max_used=73Kb free=119962Kb\n"
    " bounds [0x00007f2de42c7000, 0x00007f2de4537000, 0x00007f2deb800000]\n"
    "CodeHeap 'non-nmethods': size=5692Kb used=1388Kb max_used=1402Kb free=4303Kb\n"
    " bounds [0x00007f2de3d38000, 0x00007f2de3fa8000, 0x00007f2de42c7000]\n"
    "CodeCache: size=245760Kb, used=1691Kb, max_used=1705Kb, free=244067Kb\n"
    " total_blobs=587, nmethods=187, adapters=306, full_count=0\n"
    "Compilation: enabled, stopped_count=0, restarted_count=0\n";

constexpr const char* metaspace_17 =
    "\nUsage:\n"
    "  Non-class:    337.14 KB used.\n"
    "      Class:     33.56 KB used.\n"
    "       Both:    370.70 KB used.\n"
    "\nVirtual space:\n"
    "  Non-class space:       64.00 MB reserved,     448.00 KB ( <1%) committed,  2 nodes.\n"
    "      Class space:        1.00 GB reserved,     128.00 KB ( <1%) committed,  1 nodes.\n"
    "             Both:        1.06 GB reserved,     576.00 KB ( <1%) committed. \n"
    "\nChunk freelists:\n"
    "   Non-Class:  11.97 MB\n"
    "       Class:  15.74 MB\n"
    "\nMaxMetaspaceSize: unlimited\n";

constexpr const char* metaspace_25 =
    "Metaspace        used 624K, committed 832K, reserved 1114112K\n"
    " class space     used 44K, committed 128K, reserved 1048576K\n"
    "\nUsage:\n"
    "  Non-class:    579.95 KB used.\n"
    "      Class:     44.89 KB used.\n"
    "\nVirtual space:\n"
    "  Non-class space:       64.00 MB reserved,     704.00 KB (  1%) committed,  1 nodes.\n"
    "      Class space:        1.00 GB reserved,     128.00 KB ( <1%) committed,  1 nodes.\n";

}  // namespace

TEST_CASE("heap: G1 of 17 prints the reserved range and both metaspaces") {
    const HeapInfo info = heap(g1_17);
    REQUIRE(info.spaces.size() == 1);
    CHECK(info.spaces[0].name == "garbage-first heap");
    CHECK((info.spaces[0].total == kib(133120)));
    CHECK((info.used() == kib(5730)));
    CHECK((info.reserved() == range_of(0xe0000000, 0x100000000)));
    CHECK_FALSE(info.spaces[0].committed.has_value());
    REQUIRE(info.metaspace.has_value());
    CHECK((info.metaspace->used == kib(370)));
    CHECK((info.metaspace->committed == kib(576)));
    CHECK((info.metaspace->reserved == kib(1114112)));
    REQUIRE(info.class_space.has_value());
    CHECK((info.class_space->committed == kib(128)));
}

TEST_CASE("heap: the middle address of G1 in JDK 8 is not taken for one") {
    const HeapInfo info = heap(
        " garbage-first heap   total 131072K, used 6144K [0x00000000e0000000, 0x00000000e0100400, "
        "0x0000000100000000)\n"
        " Metaspace       used 4099K, capacity 4690K, committed 4864K, reserved 1056768K\n");
    CHECK((info.reserved() == range_of(0xe0000000, 0x100000000)));
    CHECK_FALSE(info.spaces[0].committed.has_value());
    CHECK((info.metaspace->committed == kib(4864)));
    CHECK_FALSE(info.class_space.has_value());
}

TEST_CASE("heap: since 25 G1 names what is reserved and what is committed, and has no metaspace lines") {
    const HeapInfo info = heap(
        "garbage-first heap   total reserved 524288K, committed 133120K, used 10659K [0x00000000e0000000, "
        "0x0000000100000000)\n region size 1024K, 10 young (10240K), 0 survivors (0K)\n");
    CHECK((info.spaces[0].total == kib(133120)));
    CHECK((info.used() == kib(10659)));
    CHECK_FALSE(info.metaspace.has_value());
}

TEST_CASE("heap: generations have a committed end, and only they are spaces") {
    const HeapInfo info = heap(parallel_17);
    REQUIRE(info.spaces.size() == 2);
    CHECK(info.spaces[1].name == "ParOldGen");
    CHECK((info.spaces[0].committed == range_of(0xfab00000, 0xfc000000)));
    CHECK((info.spaces[1].reserved == range_of(0xf0000000, 0xfab00000)));
    CHECK((info.reserved() == range_of(0xf0000000, 0x100000000)));
    CHECK((info.used() == kib(1640)));
}

TEST_CASE("heap: a word before the bracket and blanks behind its commas do not matter") {
    const HeapInfo info = heap(
        "PSYoungGen total 38400K, used 8K Young Gen: [ 0x00000000fab00000 , 0x00000000fc000000, "
        "0x0000000100000000 )\n");
    REQUIRE(info.spaces.size() == 1);
    CHECK((info.spaces[0].committed == range_of(0xfab00000, 0xfc000000)));
}

TEST_CASE("heap: ZGC prints no addresses") {
    const HeapInfo info =
        heap("ZHeap            used 10M, capacity 128M, max capacity 512M\n Cache           118M (1)\n");
    CHECK((info.used() == mib(10)));
    CHECK((info.spaces[0].total == mib(128)));
    CHECK_FALSE(info.reserved().has_value());
}

TEST_CASE("heap: Shenandoah tells committed, used and the reserved region on lines of their own") {
    const HeapInfo info = heap(shenandoah_17);
    REQUIRE(info.spaces.size() == 1);
    CHECK((info.spaces[0].total == kib(65536)));
    CHECK((info.used() == kib(1280)));
    CHECK((info.reserved() == range_of(0xf0000000, 0x100000000)));
    CHECK((info.class_space->used == kib(3)));
}

TEST_CASE("heap: Epsilon prints what is committed, and its used bytes by address") {
    const HeapInfo info = heap(
        "Epsilon Heap\nAllocation space:\n space 65536K,   0% used [0x00000000f0000000, 0x00000000f0094e38, "
        "0x00000000f4000000)\n");
    REQUIRE(info.spaces.size() == 1);
    CHECK((info.spaces[0].committed == range_of(0xf0000000, 0xf4000000)));
    CHECK((info.used() == Bytes(0x94e38)));
    CHECK((info.reserved() == range_of(0xf0000000, 0xf4000000)));
}

TEST_CASE("heap: lines of ours that cannot be read name their line") {
    const auto error = [](const char* text) {
        const auto info = parse_heap_info(text);
        REQUIRE_FALSE(info.has_value());
        return to_string(info.error());
    };
    CHECK(error("\n garbage-first heap   total 13312xK\n") ==
          "GC.heap_info:2: expected \"… total NK, used NK [low, high)\", found \"garbage-first heap   total "
          "13312xK\"");
    CHECK(error(" PSYoungGen total 1K, used 1K [0x2, 0x1)\n").find("ascending addresses") !=
          std::string::npos);
    CHECK(error(" PSYoungGen total 99999999999999999999K, used 1K\n").find("GC.heap_info:1") == 0);
    CHECK(error(" Metaspace       used 370K, committed\n").find("GC.heap_info:1") == 0);
    CHECK(error("ZHeap  used 8M\n").find("capacity") != std::string::npos);
    CHECK(error("Epsilon Heap\n space 65536K, 0% used [0x1, 0x2)\n").find("GC.heap_info:2") == 0);
    CHECK(error("Shenandoah Heap\nReserved region:\n - 0x5\n").find("GC.heap_info:3") == 0);
    CHECK(error("some text\n") == "GC.heap_info: expected the spaces of a Java heap, found \"some text\"");
    CHECK(error("") == "GC.heap_info: expected the spaces of a Java heap, found \"\"");
}

TEST_CASE("code cache: three heaps with bounds; the sum of them is none") {
    const auto heaps = code(segmented_21);
    REQUIRE(heaps.size() == 2);
    CHECK(heaps[0].name == "non-profiled nmethods");
    CHECK((heaps[0].size == kib(120036)));
    CHECK((heaps[1].used == kib(1388)));
    CHECK((heaps[1].max_used == kib(1402)));
    CHECK(heaps[1].committed == range_of(0x7f2de3d38000, 0x7f2de3fa8000));
    CHECK(heaps[1].reserved == range_of(0x7f2de3d38000, 0x7f2de42c7000));
}

TEST_CASE("code cache: in one piece, as in JDK 8 and with small caches") {
    const auto heaps = code(
        "CodeCache: size=245760Kb used=1411Kb max_used=1411Kb free=244348Kb\n"
        " bounds [0x00007f4329000000, 0x00007f4329270000, 0x00007f4338000000]\n total_blobs=464 nmethods=192 "
        "adapters=187\n");
    REQUIRE(heaps.size() == 1);
    CHECK(heaps[0].name == "CodeCache");
    CHECK(heaps[0].committed.size() == Bytes(0x270000));
}

TEST_CASE("code cache: counts of blobs between the heaps do not matter") {
    const auto heaps = code(
        "CodeHeap 'profiled nmethods': size=120036Kb used=205Kb max_used=205Kb free=119830Kb\n"
        " bounds [0x00007f62f05ff000, 0x00007f62f086f000, 0x00007f62f7b38000]\n"
        " blobs=76, nmethods=76, adapters=0, full_count=0\n"
        "CodeHeap 'non-nmethods': size=5692Kb used=1275Kb max_used=1287Kb free=4417Kb\n"
        " bounds [0x00007f62f7b38000, 0x00007f62f7da8000, 0x00007f62f80c7000]\n");
    CHECK(heaps.size() == 2);
}

TEST_CASE("code cache: a heap without bounds and a text without heaps are errors") {
    const auto error = [](const char* text) {
        const auto heaps = parse_codecache(text);
        REQUIRE_FALSE(heaps.has_value());
        return to_string(heaps.error());
    };
    CHECK(error("CodeHeap 'a': size=1Kb used=1Kb\nsomething\n")
              .find("Compiler.codecache:2: expected the bounds") == 0);
    CHECK(error("CodeHeap 'a': size=1Kb used=1Kb\n").find("Compiler.codecache:1: expected the bounds") == 0);
    CHECK(error("CodeHeap 'a': size=1Kb\n bounds [0x1, 0x2]\n").find("Compiler.codecache:2") == 0);
    CHECK(error("CodeHeap 'a': size=1Kb\n bounds [0x3, 0x2, 0x4]\n").find("Compiler.codecache:2") == 0);
    CHECK(error("CodeHeap 'a': size=Kb\n").find("Compiler.codecache:1") == 0);
    CHECK(error("CodeHeap 'a\n").find("Compiler.codecache:1") == 0);
    CHECK(error("CodeCache: size=1Kb, used=1Kb\n").find("Compiler.codecache: expected") == 0);
    CHECK(error("java.lang.IllegalArgumentException: Unknown diagnostic command\n")
              .find("Unknown diagnostic") != std::string::npos);
}

TEST_CASE("metaspace: figures in human units, to the byte of what is printed") {
    const MetaspaceReport report = metaspace(metaspace_17);
    CHECK((report.non_class.used == Bytes(337 * 1024 + 143)));  // .14 KB
    CHECK((report.non_class.committed == kib(448)));
    CHECK((report.non_class.reserved == mib(64)));
    CHECK((report.non_class_nodes == 2U));
    CHECK((report.class_space.reserved == mib(1024)));
    CHECK((report.class_space.committed == kib(128)));
}

TEST_CASE("metaspace: 11 prints capacity, percentages in the middle and no nodes") {
    const MetaspaceReport report = metaspace(
        "\nUsage:\n"
        "  Non-class:      4.53 MB capacity,     4.50 MB (>99%) used,    29.97 KB ( <1%) free+waste,     "
        "1.50 KB ( <1%) overhead. \n"
        "      Class:    433.00 KB capacity,   416.80 KB ( 96%) used,    15.33 KB (  4%) free+waste,   896 "
        "bytes ( <1%) overhead. \n"
        "\nVirtual space:\n"
        "  Non-class space:        8.00 MB reserved,       4.75 MB ( 59%) committed \n"
        "      Class space:        1.00 GB reserved,     512.00 KB ( <1%) committed \n");
    CHECK((report.non_class.used == Bytes(4608 * 1024)));
    CHECK((report.non_class.committed == kib(4864)));
    CHECK((report.class_space.used == Bytes(426803)));
    CHECK_FALSE(report.non_class_nodes.has_value());
}

TEST_CASE("metaspace: since 25 the head lines in KB win over the rounded ones") {
    const MetaspaceReport report = metaspace(metaspace_25);
    CHECK((report.class_space.used == kib(44)));
    CHECK((report.non_class.used == kib(580)));
    CHECK((report.non_class.committed == kib(704)));
    CHECK((report.non_class.reserved == mib(64)));
    CHECK((report.non_class_nodes == 1U));
}

TEST_CASE("metaspace: without a class space the figures have no label") {
    const MetaspaceReport report = metaspace(
        "\nUsage:\n    3.56 MB used.\n\nVirtual space:\n     64.00 MB reserved,       3.62 MB (  6%) "
        "committed,  1 nodes.\n"
        "\nChunk freelists:\n12.00 MB\n\nNo class space\n");
    CHECK((report.non_class.used == Bytes(3 * 1048576 + 1048576 * 56 / 100)));
    CHECK((report.non_class.reserved == mib(64)));
    CHECK_FALSE(report.class_space.reserved.has_value());
}

TEST_CASE("metaspace: figures that cannot be read, and none at all, are errors") {
    const auto error = [](const char* text) {
        const auto report = parse_metaspace(text);
        REQUIRE_FALSE(report.has_value());
        return to_string(report.error());
    };
    CHECK(error("Usage:\n  Non-class:    x KB used.\n").find("VM.metaspace:2") == 0);
    CHECK(error("Usage:\n  Class:    1.5 XB used.\n").find("VM.metaspace:2") == 0);
    CHECK(
        error("Virtual space:\n  Class space:  99999999999999999999 KB reserved\n").find("VM.metaspace:2") ==
        0);
    CHECK(error("Metaspace  used 1K, committed 2K\n").find("VM.metaspace:1") == 0);
    CHECK(error("Usage:\n\n").find("VM.metaspace: expected the sections") == 0);
}

TEST_CASE("heap, code cache, metaspace: every prefix gives a value or an error") {
    for (const char* text : {g1_17, parallel_17, shenandoah_17})
        check_prefixes(text, [](std::string_view t) { return parse_heap_info(t); });
    check_prefixes(segmented_21, [](std::string_view t) { return parse_codecache(t); });
    for (const char* text : {metaspace_17, metaspace_25})
        check_prefixes(text, [](std::string_view t) { return parse_metaspace(t); });
}

TEST_CASE("code cache: how often it was full, and whether that has stopped the compilers") {
    const auto state17 = read_code_cache_state(
        " total_blobs=549 nmethods=181 adapters=282\n compilation: enabled\n"
        "              stopped_count=0, restarted_count=0\n full_count=0\n");
    CHECK(state17.full_count == 0);
    CHECK_FALSE(state17.out_of_space);
    const auto state28 = read_code_cache_state(
        "CodeCache: size=2500Kb used=1999Kb max_used=2400Kb free=500Kb\n"
        " blobs=681, nmethods=279, adapters=297, full_count=2\n"
        "Compilation: disabled (not enough contiguous free space left), stopped_count=2, restarted_count=1\n");
    CHECK(state28.full_count == 2);
    CHECK(state28.out_of_space);
    CHECK_FALSE(read_code_cache_state("Compilation: disabled (interpreter mode)\n").out_of_space);
    CHECK_FALSE(read_code_cache_state("").full_count);
}
