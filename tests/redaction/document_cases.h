// A text for every document that redaction rewrites, made up, with the same names planted in all of them:
// the user alice, the host db.contoso.internal, the companies and programs contoso and fabrikam.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "allocator/malloc_walk.h"
#include "base/bytes.h"
#include "evidence/capture.h"
#include "process/process_view.h"

namespace nmtx::test {

struct DocumentCase {
    std::string document;
    std::string text;
    bool names = true;  // false: figures and words of the kernel or the JVM only
};

// The bytes of an hsperfdata file that has these strings.
inline std::string made_hsperfdata(const std::vector<std::pair<std::string, std::string>>& strings) {
    const auto i32 = [](std::size_t value) {
        std::string bytes;
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes += static_cast<char>((static_cast<std::uint32_t>(value) >> shift) & 0xffU);
        return bytes;
    };
    std::string entries;
    for (const auto& [name, value] : strings) {
        constexpr std::size_t head = 20;
        const std::size_t data = head + name.size() + 1;
        const std::size_t length = (data + value.size() + 1 + 7) / 8 * 8;
        std::string entry = i32(length) + i32(head) + i32(value.size() + 1) + "B" + std::string(1, '\0') +
                            std::string(1, '\5') + std::string(1, '\1') + i32(data) + name + '\0' + value;
        entry.resize(length, '\0');
        entries += entry;
    }
    constexpr std::size_t prologue = 32;
    return std::string("\xCA\xFE\xC0\xC0\1\2\0\1", 8) + i32(prologue + entries.size()) + i32(0) + i32(0) +
           i32(0) + i32(prologue) + i32(strings.size()) + entries;
}

inline std::string with_nuls(std::string text) {
    std::ranges::replace(text, '|', '\0');
    return text;
}

inline std::string made_malloc_walk() {
    MallocWalk walk;
    walk.allocator = "glibc";
    walk.version = walk.layout = "2.36";
    walk.headers = "canary";
    walk.untracked = {{"libcontoso.so", "fabrikam", "data pointer", Bytes(1016),
                       ChunkSum{20000, Bytes(20320000), Bytes(20300000)}}};
    walk.notes = {"3 blocks of alice were not read"};
    return format_malloc_walk(walk);
}

inline std::vector<DocumentCase> document_cases() {
    const std::string tasks =
        "4711 (contoso-main) S 1 4711 4711 0 -1 4194304 100 0 0 0 5 2 0 0 20 0 2 0 639237 1 2\n"
        "at 884122190411\n"
        "schedstat 486620000 1201100 512\n"
        "4712 (alice's worker) S 1 4711 4711 0 -1 4194304 100 0 0 0 5 2 0 0 20 0 2 0 639238 1 2\n"
        "voluntary_ctxt_switches:\t410\n";
    const std::string nmt =
        "Native Memory Tracking:\n\nTotal: reserved=3000KB, committed=1500KB\n"
        "-                     Other (reserved=1000KB, committed=500KB)\n"
        "                            (malloc=500KB #3)\n"
        "[0x00007f41e07c85d2] os::malloc(unsigned long)+0x1b2\n"
        "[0x00007f41e07c85d2] Java_com_contoso_Native_fabrikam+0x12\n";
    const std::string cgroup_path = "== cgroup.path\n/system.slice/contoso.service/alice\n";
    std::vector<DocumentCase> cases{
        {std::string(document::resident_mappings),
         "7f8142000000-7f8142021000 r--p 00c7b000 fe:00 11632   /home/alice/contoso/fabrikam.so\nRss: 132 kB\n"},
        {std::string(document::smaps),
         "7f8142000000-7f8142021000 r--p 00c7b000 fe:00 11632   /home/alice/contoso/fabrikam.so\n"
         "Rss:                   4 kB\n"
         "7f8143000000-7f8143021000 rw-p 00000000 00:00 0   [heap]\n"
         "Rss:                  32 kB\n"
         "7f8144000000-7f8144021000 rw-p 00000000 00:00 0   [anon:contoso pool]\n"
         "Rss:                  16 kB\n"
         "7f8145000000-7f8145021000 rw-s 00000000 00:01 77   [anon_shmem:fabrikam cache]\n"
         "Rss:                  16 kB\n"},
        {std::string(document::status), "Name:\tcontoso\nUmask:\t0022\nPid:\t4711\nVmRSS:\t  65536 kB\n"},
        {std::string(document::tasks), tasks},
        {std::string(document::tasks_before), tasks},
        {std::string(document::tasks_middle), tasks},
        {std::string(document::cgroup), "4:memory:/system.slice/contoso.service/alice\n0::/fabrikam\n"},
        {std::string(document::cgroup_memory), cgroup_path + "== memory.usage_in_bytes\n1718362112\n"},
        {std::string(document::cgroup_pids), cgroup_path + "== pids.current\n38\n"},
        {std::string(document::cgroup_cpu), cgroup_path + "== cpu.max\n150000 100000\n"},
        {std::string(document::nmt_file), "from alice at db.contoso.internal\n" + nmt},
        {std::string(document::exe), "/home/alice/contoso/jdk/bin/java"},
        {std::string(document::cmdline),
         with_nuls("java|-Xmx256m|-XX:HeapDumpPath=/home/alice/contoso|-Ddb=db.contoso.internal:5432|"
                   "-Dmode=fabrikam|com.contoso.Main|")},
        {std::string(document::hsperfdata),
         made_hsperfdata({{"java.property.java.version", "17.0.15"},
                          {"sun.rt.javaCommand", "com.contoso.Main --for alice"},
                          {"java.rt.vmArgs", "-Xmx256m -Dmode=fabrikam"},
                          {"java.property.java.home", "/home/alice/contoso/jdk"}})},
        {std::string(document::malloc_walk), made_malloc_walk()},
        {std::string(document::native_stacks),
         R"({"format": 3, "frames": [{"at": "7f3ca2c85f3b", "file": "/home/alice/libcontoso.so",)"
         R"( "file_offset": "d5f3b", "symbol": "fabrikam_wait", "offset": 99},)"
         R"( {"at": "7f3ca2c85f3c", "kind": "compiled", "name": "com.contoso.Ledger.post",)"
         R"( "source": "Fabrikam.java", "line": 12, "bci": 3},)"
         R"( {"at": "7f3ca2c85f3d", "kind": "interpreted", "name": "java.lang.Thread.run",)"
         R"( "source": "Thread.java", "line": 840, "bci": 3}],)"
         R"( "stacks": [{"tid": 4711, "stopped_ms": 0.25, "stack_pointer": "7f3ca27ff8d0",)"
         R"( "end": "bottom", "frames": "0 1 2"}],)"
         R"( "failed": [{"tid": 4712, "why": "thread 4712 of alice has ended"}]})"},
        {std::string(document::java_threads),
         R"({"format": 1, "threads": [{"id": 17, "name": "contoso worker of alice", "state": "RUNNABLE"},)"
         R"( {"id": 18, "name": "C2 CompilerThread0", "compiling": "com.fabrikam.Ledger.post, level 4"}]})"},
        {std::string(document::thread_entries),
         "7f8e1ffe7000 7f8e18000030 /home/alice/libcontoso.so\n7f8e204ff000 - -\n"},
        {document_of(question::system_map),
         "0x00007f728cd2b000-0x00007f728cd2f000 16384 ---p 0 0 4K com STACK-16627-contoso-7,CODE "
         "/home/alice/fabrikam.so\n"
         "0x00007f728cd2b000-0x00007f728cd2f000 16384 ---p 0 0 4K com JAVAHEAP -\n"
         "0x00007f728cd2f000-0x00007f728cd30000 4096 rw-p 0 0 4K com - [anon:contoso pool]\n"},
        {document_of(question::thread_print),
         "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n\n"
         "\"contoso worker-1\" #12 [24173] daemon prio=5 tid=0x00007f nid=24173 runnable  [0x00007f]\n"
         "   java.lang.Thread.State: RUNNABLE\n"
         "\tat com.contoso.Ledger.post(Ledger.java:12)\n"
         "\tat java.base@17.0.15/java.lang.Thread.run(Thread.java:840)\n"
         "\t- locked <0x00000000f8000000> (a com.fabrikam.Order)\n"},
        {document_of(question::flags),
         "-XX:HeapDumpPath=/home/alice/contoso -XX:MaxHeapSize=268435456 -XX:+UseG1GC\n"},
        {document_of(question::command_line),
         "VM Arguments:\njvm_args: -Xmx256m -Dmode=fabrikam\njava_command: com.contoso.Main --for alice\n"
         "java_class_path (initial): /home/alice/app.jar\nLauncher Type: SUN_STANDARD\n"},
        {document_of(question::vm_info),
         "#\n# JRE version: OpenJDK Runtime Environment (17.0.15+6) (build 17.0.15+6)\n"
         "# Java VM: OpenJDK 64-Bit Server VM (17.0.15+6, mixed mode, g1 gc, linux-amd64)\n\n"
         "---------------  S U M M A R Y ------------\n\n"
         "Command Line: -Xmx256m -Dmode=fabrikam com.contoso.Main\n\n"
         "Host: db.contoso.internal, 2 cores, 23G\n\n"
         "---------------  P R O C E S S  ---------------\n\n"
         "Heap address: 0x00000000c0000000, size: 1024 MB, Compressed Oops mode: 32-bit\n\n"
         "Environment Variables:\nUSER=alice\n\nEND.\n"},
    };
    for (const std::string_view reply :
         {question::nmt_summary_bytes, question::nmt_summary, question::nmt_again, question::nmt_detail,
          question::nmt_detail_bytes})
        cases.push_back({document_of(reply), nmt});
    const auto add_plain = [&](std::string_view document, std::string text) {
        cases.push_back({std::string(document), std::move(text), false});
    };
    add_plain(document::statm_before, "1115733 203086 5586 1 0 260000 0\n");
    add_plain(document::statm_after, "1115733 203100 5586 1 0 260000 0\n");
    add_plain(document::limits,
              "Limit                     Soft Limit           Hard Limit           Units\n"
              "Max processes             63214                63214                "
              "processes\n");
    add_plain(document::auxv, std::string("\x06\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0", 16));
    add_plain(document::residency, "method PAGEMAP_SCAN\npage 4096\nasked 7f6e8effe000-7f6e90000000\n");
    add_plain(
        document::libjvm,
        "OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1) for linux-amd64 JRE (17.0.15+6-Debian-1deb12u1), built on Apr 23 2025 20:56:52 by \"buildd\" with gcc 12.2.0\n");
    add_plain(document::threads_max, "191414\n");
    add_plain(document::transparent_hugepage, "always [madvise] never\n");
    add_plain(document::cpus_online, "0-3,8\n");
    add_plain(document::malloc_layout, "heap 7f6e88000000-7f6e881e0000 arena 7f6e88000030\n");
    add_plain(document::loaded_images, "image 5601ff256000-5601ff25b000\nbss 5601ff25a000-5601ff25b000\n");
    add_plain(document::thread_stacks, "stack 7f6e8effe000-7f6e8f7ff000 tid 8769 guard 4096\n");
    add_plain(document::smaps_rollup,
              "c0000000-7ffd4f1e6000 ---p 00000000 00:00 0    [rollup]\n"
              "Rss:              812344 kB\n");
    add_plain(document_of(question::version), "OpenJDK 64-Bit Server VM version 17.0.15+6\nJDK 17.0.15\n");
    add_plain(document_of(question::heap_info), " garbage-first heap   total 133120K, used 6685K\n");
    add_plain(document_of(question::codecache), "CodeHeap 'non-nmethods': size=5692Kb used=1388Kb\n");
    add_plain(document_of(question::metaspace), "Usage:\n  Non-class:      1.19 MB used.\n");
    return cases;
}

}  // namespace nmtx::test
