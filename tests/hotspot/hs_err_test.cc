#include "hotspot/hs_err/hs_err.h"

#include <string>
#include <string_view>

#include "catch.h"

using nmtx::Bytes;
using nmtx::HsErr;
using nmtx::HsErrPart;
using nmtx::kib;
using nmtx::mib;
using nmtx::parse_hs_err;
using nmtx::range_of;

namespace {

HsErr hs_err_of(std::string_view text) {
    auto parsed = parse_hs_err(text);
    INFO((parsed ? std::string("a value") : nmtx::to_string(parsed.error())));
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

std::string_view text_of(const HsErr& log, HsErrPart part) {
    const auto* section = log.find(part);
    return section == nullptr ? std::string_view() : section->text;
}

constexpr std::string_view crash_of_21 = R"(#
# A fatal error has been detected by the Java Runtime Environment:
#
#  SIGSEGV (0xb) at pc=0x00007fade8b7b0a0, pid=15723, tid=15724
#
# JRE version: OpenJDK Runtime Environment (21.0.7+6) (build 21.0.7+6-LTS)
# Java VM: OpenJDK 64-Bit Server VM (21.0.7+6-LTS, mixed mode, sharing, tiered, g1 gc, linux-amd64)
# Problematic frame:
# V  [libjvm.so+0xf720a0]  Unsafe_GetByte+0x90
#

---------------  S U M M A R Y ------------

Command Line: -Xmx512m Crash

Host: Some CPU, 2 cores, 3G, Debian GNU/Linux 12 (bookworm)
Time: Wed Nov 15 11:24:00 2023 UTC elapsed time: 12.051617 seconds (0d 0h 0m 12s)

---------------  T H R E A D  ---------------

Current thread (0x00007fade0028590):  JavaThread "main"             [_thread_in_vm, id=15724, stack(0x00007fade9e4a000,0x00007fade9f4b000) (1028K)]

---------------  P R O C E S S  ---------------

Threads class SMR info:
_java_thread_list=0x00007fade0150000, length=2, elements={
0x00007fade0028590, 0x00007fade013fcd0
}

Java Threads: ( => current thread )
=>0x00007fade0028590 JavaThread "main"                              [_thread_in_vm, id=15724, stack(0x00007fade9e4a000,0x00007fade9f4b000) (1028K)]
  0x00007fade013fcd0 JavaThread "a [stack: "quoted" name"    daemon [_thread_blocked, id=15732, stack(0x00007fadb152d000,0x00007fadb162e000) (1028K)]
Total: 2

Other Threads:
  0x00007fade012eba0 VMThread "VM Thread"                           [id=15731, stack(0x00007fadb18fa000,0x00007fadb19fa000) (1024K)]
Total: 1

VM state: not at safepoint (normal execution)

Heap address: 0x00000000e0000000, size: 512 MB, Compressed Oops mode: 32-bit

Compressed class space mapped at: 0x00007fad64000000-0x00007fada4000000, reserved size: 1073741824

Heap:
 garbage-first heap   total 133120K, used 5730K [0x00000000e0000000, 0x0000000100000000)
  region size 1024K, 5 young (5120K), 0 survivors (0K)
 Metaspace       used 370K, committed 576K, reserved 1114112K
  class space    used 33K, committed 128K, reserved 1048576K

Heap Regions: E=young(eden), S=young(survivor)
|   0|0x00000000e0000000, 0x00000000e0000000, 0x00000000e0100000|  0%| F|  |TAMS 0x00000000e0000000| Untracked

CodeHeap 'non-profiled nmethods': size=120028Kb used=1Kb max_used=1Kb free=120026Kb
 bounds [0x00007fadd0ac9000, 0x00007fadd0d39000, 0x00007fadd8000000]
CodeCache: size=245760Kb, used=1228Kb, max_used=1228Kb, free=244530Kb

Compilation events (1 events):
Event: 0.160 Thread 0x00007ff49416f100   13       3       java.nio.DirectByteBuffer::ix (10 bytes)

Dynamic libraries:
e0000000-e8200000 rw-p 00000000 00:00 0
7fade7ff0000-7fade9100000 r-xp 00270000 fd:00 262798   /usr/lib/jvm/lib/server/libjvm.so
Total number of mappings: 2


VM Arguments:
jvm_args: -Xmx512m
java_command: Crash --now
Launcher Type: SUN_STANDARD

[Global flags]
   size_t MaxHeapSize                              = 536870912                                 {product} {command line}

Environment Variables:
PATH=/usr/bin
SECRET=Memory: 4k page, physical 1k(1k free)

Native Memory Tracking:

Total: reserved=20KB, committed=10KB
-                      Code (reserved=20KB, committed=10KB)

Preinit state:entries: 318 (primary: 311, empties: 7608), sum bytes: 9519, longest chain length: 2

---------------  S Y S T E M  ---------------

/proc/meminfo:
MemTotal:       24683620 kB

Process Memory:
Virtual Size: 2856600K (peak: 2907768K)
Resident Set Size: 48788K (peak: 48800K) (anon: 26140K, file: 22648K, shmem: 4K)
Swapped out: 7K
C-Heap outstanding allocations: 15789K, retained: 1686K
glibc malloc tunables: MALLOC_ARENA_MAX=1

container (cgroup) information:
container_type: cgroupv2
memory_limit_in_bytes: 524288 k
memory_usage_in_bytes: 146644 k
memory_max_usage_in_bytes: not supported
current number of tasks: 21

Memory: 4k page, physical 524288k(377644k free), swap 0k(0k free)

END.
)";

}  // namespace

TEST_CASE("hs_err: what a log of 21 says of its crash, its process and its container") {
    const HsErr log = hs_err_of(crash_of_21);
    CHECK(log.crashed);
    CHECK(log.whole);
    CHECK(log.headline == "SIGSEGV (0xb) at pc=0x00007fade8b7b0a0, pid=15723, tid=15724");
    CHECK(log.problematic_frame == "V  [libjvm.so+0xf720a0]  Unsafe_GetByte+0x90");
    CHECK(log.pid == 15723U);
    CHECK(log.feature == 21);
    CHECK(log.command_line == "-Xmx512m Crash");
    CHECK(log.jvm_arguments == "-Xmx512m");
    CHECK(log.java_command == "Crash --now");
    CHECK(log.time == "Wed Nov 15 11:24:00 2023 UTC");
    REQUIRE(log.elapsed_s);
    CHECK((*log.elapsed_s > 12.05 && *log.elapsed_s < 12.06));
    CHECK(log.vm_state == "not at safepoint (normal execution)");
    CHECK(log.malloc_tunables == "MALLOC_ARENA_MAX=1");
    CHECK(log.memory.virtual_peak == kib(2907768));
    CHECK(log.memory.resident == kib(48788));
    CHECK(log.memory.resident_peak == kib(48800));
    CHECK(log.memory.resident_anon == kib(26140));
    CHECK(log.memory.resident_file == kib(22648));
    CHECK(log.memory.resident_shmem == kib(4));
    CHECK(log.memory.swapped == kib(7));
    CHECK(log.machine_memory == kib(524288));
    CHECK(log.machine_memory_free == kib(377644));
    REQUIRE(log.container);
    CHECK(log.container->type == "cgroupv2");
    CHECK(log.container->memory_limit == mib(512));
    CHECK(log.container->memory_usage == kib(146644));
    CHECK_FALSE(log.container->memory_max_usage);
    CHECK(log.container->tasks == 21U);
    CHECK(log.container->lines.size() == 5);
    CHECK(log.vm.malloc_outstanding == kib(15789));
    CHECK(log.vm.heap == range_of(0xe0000000, 0x100000000));
    CHECK(log.vm.heap_info.metaspace->committed == kib(576));
    CHECK(log.vm.code_heaps.size() == 1);
    CHECK(log.not_understood.empty());
}

TEST_CASE("hs_err: of the environment the names alone are kept") {
    const HsErr log = hs_err_of(crash_of_21);
    const std::vector<std::string_view> expected{"PATH", "SECRET"};
    CHECK(log.environment == expected);
}

TEST_CASE("hs_err: threads with their stacks, whatever their names") {
    const HsErr log = hs_err_of(crash_of_21);
    REQUIRE(log.threads.size() == 3);
    CHECK(log.threads[0].current);
    CHECK(log.threads[0].name == "main");
    CHECK(log.threads[0].state == "_thread_in_vm");
    CHECK(log.threads[0].stack == range_of(0x00007fade9e4a000, 0x00007fade9f4b000));
    CHECK(log.threads[1].name == "a [stack: \"quoted\" name");
    CHECK(log.threads[1].daemon);
    CHECK(log.threads[1].tid == 15732);
    CHECK(log.threads[2].kind == "VMThread");
    CHECK(log.threads[2].name == "VM Thread");
    CHECK(log.threads[2].tid == 15731);
    REQUIRE(log.crashed_thread);
    CHECK(log.crashed_thread->tid == 15724);
}

TEST_CASE("hs_err: texts with parsers of their own are handed on with the number of their first line") {
    const HsErr log = hs_err_of(crash_of_21);
    const auto* maps = log.find(HsErrPart::dynamic_libraries);
    REQUIRE(maps != nullptr);
    CHECK(maps->text ==
          "e0000000-e8200000 rw-p 00000000 00:00 0\n"
          "7fade7ff0000-7fade9100000 r-xp 00270000 fd:00 262798   /usr/lib/jvm/lib/server/libjvm.so\n");
    std::size_t line = 1;
    for (const char c :
         crash_of_21.substr(0, static_cast<std::size_t>(maps->text.data() - crash_of_21.data())))
        line += c == '\n' ? 1 : 0;
    CHECK(maps->first_line == line);
    CHECK(text_of(log, HsErrPart::native_memory) ==
          "Native Memory Tracking:\n\nTotal: reserved=20KB, committed=10KB\n"
          "-                      Code (reserved=20KB, committed=10KB)\n");
    CHECK(text_of(log, HsErrPart::meminfo) == "MemTotal:       24683620 kB\n");
    CHECK(text_of(log, HsErrPart::heap).starts_with(" garbage-first heap"));
    CHECK(text_of(log, HsErrPart::code_cache).ends_with("free=244530Kb\n"));
    CHECK(text_of(log, HsErrPart::global_flags).find("MaxHeapSize") != std::string_view::npos);
    CHECK(log.find(HsErrPart::metaspace) == nullptr);
}

TEST_CASE("hs_err: the heap, the code cache and the threads of 6 and 7") {
    const HsErr log = hs_err_of(
        "# JRE version: 7.0_15-b03\n"
        "# Java VM: Java HotSpot(TM) 64-Bit Server VM (23.7-b01 mixed mode linux-amd64 compressed oops)\n"
        "\n"
        "Java Threads: ( => current thread )\n"
        "  0x0000000003cac800 JavaThread \"Reference Handler\" daemon [_thread_blocked, id=28297, "
        "stack(0x00002b92cf3f9000,0x00002b92cf4fa000)]\n"
        "\n"
        "Other Threads:\n"
        "  0x0000000003ca5000 VMThread [stack: 0x00002b92cf2f8000,0x00002b92cf3f9000] [id=28296]\n"
        "\n"
        "VM state:not at safepoint (normal execution)\n"
        "\n"
        "Heap\n"
        " PSYoungGen      total 133184K, used 117601K [0x00000007c0000000, 0x00000007c9ea0000, "
        "0x0000000800000000)\n"
        " PSPermGen       total 104576K, used 104449K [0x0000000730000000, 0x0000000736620000, "
        "0x0000000740000000)\n"
        "\n"
        "Code Cache  [0x00002b92bf72c000, 0x00002b92c249c000, 0x00002b92c572c000)\n"
        " total_blobs=12991 nmethods=12364 adapters=544 free_code_cache=52326Kb largest_free_block=53032064\n"
        "\n"
        "time: Thu Mar 20 22:36:35 2014\n"
        "elapsed time: 2821 seconds\n");
    CHECK(log.feature == 7);
    REQUIRE(log.threads.size() == 2);
    CHECK(log.threads[1].kind == "VMThread");
    CHECK(log.threads[1].name.empty());
    CHECK(log.threads[1].tid == 28296);
    CHECK(log.threads[1].stack == range_of(0x00002b92cf2f8000, 0x00002b92cf3f9000));
    CHECK(log.vm.heap_info.spaces.size() == 2);
    REQUIRE(log.vm.code_heaps.size() == 1);
    CHECK(log.vm.code_heaps[0].committed == range_of(0x00002b92bf72c000, 0x00002b92c249c000));
    CHECK(log.elapsed_s == 2821.0);
    CHECK(log.whole);
    CHECK_FALSE(log.crashed);
}

TEST_CASE("hs_err: a crash for want of memory has its reason and the size") {
    const HsErr log = hs_err_of(
        "#\n"
        "# There is insufficient memory for the Java Runtime Environment to continue.\n"
        "# Native memory allocation (mmap) failed to map 10737418240 bytes for committing reserved memory.\n"
        "# Possible reasons:\n"
        "#  Out of Memory Error (os_linux.cpp:3229), pid=12345, tid=67890\n");
    CHECK(log.crashed);
    CHECK(log.reason ==
          "Native memory allocation (mmap) failed to map 10737418240 bytes for committing reserved memory.");
    CHECK(log.failed_allocation == Bytes(10737418240));
    CHECK(log.pid == 12345U);
    CHECK_FALSE(log.whole);
}

TEST_CASE("hs_err: a line that is cut is quoted and the rest of the log is read") {
    const HsErr log = hs_err_of(
        "Java Threads: ( => current thread )\n"
        "  0x0000000003cac800 JavaThread \"Reference Handler\" daemon [_thread_blo\n"
        "CodeHeap 'non-nmethods': size=5704Kb used=1217Kb max_used=1217Kb free=4486Kb\n"
        "Compressed class space mapped at: 0x00007fad6400000\n"
        "CodeHeap 'profiled nmethods': size=120028Kb used=9Kb max_used=9Kb free=120018Kb\n"
        " bounds [0x00007fadc9000000, 0x00007fadc9270000, 0x00007fadd0537000]\n"
        "Swapped out: 0K\n");
    REQUIRE(log.not_understood.texts().size() == 2);
    CHECK(log.not_understood.texts()[0].line == 2);
    CHECK(log.not_understood.texts()[1].line == 4);
    REQUIRE(log.vm.code_heaps.size() == 1);
    CHECK(log.vm.code_heaps[0].name == "profiled nmethods");
}

TEST_CASE("hs_err: other texts are refused with their first line") {
    const auto other = parse_hs_err("\n\nhello: world\n", "paste");
    REQUIRE_FALSE(other.has_value());
    CHECK(nmtx::to_string(other.error()) ==
          "paste:3: expected a section of an hs_err log or of VM.info, found \"hello: world\"");
}

TEST_CASE("hs_err: every beginning and every end of a log gives a value or an error") {
    for (std::size_t n = 0; n <= crash_of_21.size(); ++n) {
        for (const std::string_view part : {crash_of_21.substr(0, n), crash_of_21.substr(n)}) {
            const auto log = parse_hs_err(part);
            if (!log) continue;
            for (const auto& section : log->sections)
                CHECK((section.text.empty() ||
                       (section.text.data() >= part.data() &&
                        section.text.data() + section.text.size() <= part.data() + part.size())));
        }
    }
}
