#include "hotspot/hs_err/vm_info.h"

#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

const std::string vm_info_of_17 = R"(#
# JRE version: OpenJDK Runtime Environment (17.0.21+1) (build 17.0.21.0.3+1-1-Debian)
# Java VM: OpenJDK 64-Bit Server VM (17.0.21.0.3+1-1-Debian, mixed mode, sharing, tiered, g1 gc, linux-amd64)

---------------  S U M M A R Y ------------

Command Line: -Xmx512m Target

---------------  P R O C E S S  ---------------

Heap address: 0x00000000e0000000, size: 512 MB, Compressed Oops mode: 32-bit

CDS archive(s) mapped at: [0x00007fe0a3000000-0x00007fe0a3bcb000-0x00007fe0a3bcb000), size 12365824, SharedBaseAddress: 0x00007fe0a3000000, ArchiveRelocationMode: 1.
Compressed class space mapped at: 0x00007fe0a4000000-0x00007fe0e4000000, reserved size: 1073741824
Narrow klass base: 0x00007fe0a3000000, Narrow klass shift: 0, Narrow klass range: 0x100000000

GC Precious Log:
 CPUs: 2 total, 2 available

Heap:
 garbage-first heap   total 133120K, used 5730K [0x00000000e0000000, 0x0000000100000000)
  region size 1024K, 5 young (5120K), 0 survivors (0K)
 Metaspace       used 370K, committed 576K, reserved 1114112K
  class space    used 33K, committed 128K, reserved 1048576K

Heap Regions: E=young(eden), S=young(survivor), O=old, TAMS=top-at-mark-start (previous, next)
|   0|0x00000000e0000000, 0x00000000e0000000, 0x00000000e0100000|  0%| F|  |TAMS 0x00000000e0000000, 0x00000000e0000000| Untracked 

Card table byte_map: [0x00007fe11c828000,0x00007fe11c928000] _byte_map_base: 0x00007fe11c128000

Marking Bits (Prev, Next): (CMBitMap*) 0x00007fe118062ec0, (CMBitMap*) 0x00007fe118062f00
 Prev Bits: [0x00007fe100c00000, 0x00007fe101400000)
 Next Bits: [0x00007fe100400000, 0x00007fe100c00000)

Polling page: 0x00007fe11d0f6000

Metaspace:

Usage:
  Non-class:    337.14 KB used.
      Class:     33.56 KB used.

Virtual space:
  Non-class space:       64.00 MB reserved,     448.00 KB ( <1%) committed,  1 nodes.
      Class space:        1.00 GB reserved,     128.00 KB ( <1%) committed,  1 nodes.

Internal statistics:

num_allocs_failed_limit: 0.

CodeHeap 'non-profiled nmethods': size=120036Kb used=30Kb max_used=30Kb free=120005Kb
 bounds [0x00007fe108ec7000, 0x00007fe109137000, 0x00007fe110400000]
CodeHeap 'non-nmethods': size=5692Kb used=1108Kb max_used=1119Kb free=4583Kb
 bounds [0x00007fe108938000, 0x00007fe108ba8000, 0x00007fe108ec7000]
 total_blobs=439 nmethods=64 adapters=289
 full_count=0

Compilation events (1 events):
Event: 0.339 Thread 0x00007fe1181231f0 nmethod 51 0x00007fe101405a10 code [0x00007fe101405c60, 0x00007fe1014066e0]

GC Heap History (2 events):
Event: 0.761 GC heap before
{Heap before GC invocations=8 (full 0):
 garbage-first heap   total 1K, used 1K [0x0000000000000000, 0x0000000100000000)
 Metaspace       used 1K, committed 1K, reserved 1K
}

---------------  S Y S T E M  ---------------

Process Memory:
Virtual Size: 3243616K (peak: 3244644K)
C-Heap outstanding allocations: 75765K, retained: 3094K
glibc malloc tunables: (default)
)";

VmInfo info_of(const std::string& text) {
    const auto info = parse_vm_info(text);
    if (!info) FAIL(to_string(info.error()));
    return *info;
}

std::string vm_info_error(const std::string& text) {
    const auto info = parse_vm_info(text);
    REQUIRE_FALSE(info.has_value());
    return to_string(info.error());
}

}  // namespace

TEST_CASE("VM.info: everything that has an address, from G1 of 17") {
    const VmInfo info = info_of(vm_info_of_17);
    CHECK(info.java_version == "17.0.21+1");
    CHECK(info.vm.find("g1 gc") != std::string::npos);
    CHECK((info.heap == range_of(0xe0000000, 0x100000000)));
    REQUIRE(info.cds.size() == 1);
    CHECK(info.cds[0].range == range_of(0x7fe0a3000000, 0x7fe0a3bcb000));
    CHECK((info.class_space == range_of(0x7fe0a4000000, 0x7fe0e4000000)));
    CHECK((info.card_table == range_of(0x7fe11c828000, 0x7fe11c928000)));
    REQUIRE(info.gc.size() == 2);
    CHECK(info.gc[0].name == "Prev Bits");
    CHECK(info.gc[1].range == range_of(0x7fe100400000, 0x7fe100c00000));
    CHECK((info.polling_page == Address{0x7fe11d0f6000}));
    REQUIRE(info.code_heaps.size() == 2);
    CHECK(info.code_heaps[1].name == "non-nmethods");
    REQUIRE(info.metaspace.has_value());
    CHECK((info.metaspace->non_class.reserved == mib(64)));
    CHECK((info.malloc_outstanding == kib(75765)));
    CHECK((info.malloc_retained == kib(3094)));
    CHECK_FALSE(info.malloc_may_have_wrapped);
}

TEST_CASE("VM.info: the heap is the one under its heading, not one of the history") {
    const VmInfo info = info_of(vm_info_of_17);
    REQUIRE(info.heap_info.spaces.size() == 1);
    CHECK((info.heap_info.used() == kib(5730)));
    CHECK((info.heap_info.metaspace->used == kib(370)));
    CHECK((info.heap_info.class_space->used == kib(33)));
}

TEST_CASE("VM.info: 11 and 8 give the class space by size and address") {
    const VmInfo info = info_of(
        "heap address: 0x00000000f0000000, size: 256 MB, Compressed Oops mode: 32-bit\n"
        "Compressed class space size: 1073741824 Address: 0x0000000100000000\n"
        "Card table byte_map: [0x00007f433f9bf000,0x00007f433fa40000] byte_map_base: 0x00007f433f23f000\n"
        "\n"
        "Marking Bits: (ParMarkBitMap*) 0x00007f43410d8740\n"
        " Begin Bits: [0x00007f433ee00000, 0x00007f433f200000)\n"
        " End Bits:   [0x00007f433f200000, 0x00007f433f600000)\n"
        "\n"
        "CodeCache: size=245760Kb used=1411Kb max_used=1411Kb free=244348Kb\n"
        " bounds [0x00007f4329000000, 0x00007f4329270000, 0x00007f4338000000]\n");
    CHECK((info.heap == range_of(0xf0000000, 0x100000000)));
    CHECK((info.class_space == range_of(0x100000000, 0x140000000)));
    CHECK((info.card_table == range_of(0x7f433f9bf000, 0x7f433fa40000)));
    REQUIRE(info.gc.size() == 2);
    CHECK(info.gc[1].name == "End Bits");
    REQUIRE(info.code_heaps.size() == 1);
    CHECK(info.code_heaps[0].name == "CodeCache");
}

TEST_CASE("VM.info: bitmaps without a name of their own have that of their heading") {
    const VmInfo info = info_of(
        "Marking Bits: (CMSBitMap*) 0x00007fd17c0b0758\n"
        " Bits: [0x00007fd1283ff000, 0x00007fd12bfff000)\n"
        "\n"
        "Mod Union Table: (CMSBitMap*) 0x00007fd17c0b0818\n"
        " Bits: [0x00007fd180130000, 0x00007fd180220000)\n");
    REQUIRE(info.gc.size() == 2);
    CHECK(info.gc[0].name == "Marking Bits");
    CHECK(info.gc[1].name == "Mod Union Table");
}

TEST_CASE("VM.info: Shenandoah of 17 prints its metaspace behind a blank line") {
    const VmInfo info = info_of(
        "Heap:\nShenandoah Heap\n 256M max, 256M soft max, 65536K committed, 1280K used\n 1024 x 256K "
        "regions\n"
        "Reserved region:\n - [0x00000000f0000000, 0x0000000100000000) \n\n"
        " Metaspace       used 110K, committed 320K, reserved 1114112K\n"
        "  class space    used 3K, committed 128K, reserved 1048576K\n\n");
    CHECK((info.heap_info.reserved() == range_of(0xf0000000, 0x100000000)));
    CHECK((info.heap_info.metaspace->used == kib(110)));
    CHECK((info.heap_info.class_space->used == kib(3)));
}

TEST_CASE("VM.info: the version behind the name of a vendor, and none at all") {
    CHECK(
        info_of(
            "# JRE version: OpenJDK Runtime Environment (Vendor-21.0.0.0.35-2) (21.0+35) (build 21+35-LTS)\n")
            .java_version == "21.0+35");
    CHECK(info_of("# JRE version: x (a) ((( (17\n").java_version == "x (a) ((( (17");
    CHECK(info_of("# JRE version:  (unknown)\n").java_version == "(unknown)");
}

TEST_CASE("VM.info: glibc's figures may be one alone, and may have wrapped") {
    const VmInfo one = info_of("C-Heap outstanding allocations: 2241K\n");
    CHECK((one.malloc_outstanding == kib(2241)));
    CHECK_FALSE(one.malloc_retained.has_value());
    CHECK(info_of("C-Heap outstanding allocations: 1K, retained: 2K (may have wrapped)\n")
              .malloc_may_have_wrapped);
}

TEST_CASE("VM.info: what is ours and cannot be read names its line") {
    CHECK(vm_info_error("\nHeap address: 0xzz, size: 512 MB\n").find("VM.info:2: expected") == 0);
    CHECK(vm_info_error("CDS archive(s) mapped at: [0x5)\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("Compressed class space mapped at: 0x9-0x5\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("Compressed class space size: 5\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("Card table byte_map: 0x5\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("Marking Bits: x\n Bits: [0x5]\n").find("VM.info:2") == 0);
    CHECK(vm_info_error("Polling page: here\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("C-Heap outstanding allocations: much\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("Heap:\n PSYoungGen total 1X\n").find("VM.info:2") == 0);
    CHECK(vm_info_error("CodeHeap 'a': size=1Kb\nother\n").find("VM.info:2") == 0);
    CHECK(vm_info_error("CodeHeap 'a': size=1Kb\n").find("VM.info:1") == 0);
    CHECK(vm_info_error("java.lang.IllegalArgumentException: Unknown diagnostic command\n") ==
          "VM.info: expected the report of VM.info, found \"java.lang.IllegalArgumentException: Unknown "
          "diagnostic command\"");
    CHECK(vm_info_error("") == "VM.info: expected the report of VM.info, found \"\"");
}

TEST_CASE("VM.info: every prefix gives a value or an error") {
    for (std::size_t n = 0; n <= vm_info_of_17.size(); ++n) {
        const auto info = parse_vm_info(std::string_view(vm_info_of_17).substr(0, n));
        if (!info) CHECK_FALSE(info.error().what.empty());
    }
}
