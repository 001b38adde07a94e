#include "sample_pastes.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace nmtx::bench {
namespace {

template <typename... Values>
void put(std::string& text, std::string_view format, const Values&... values) {
    fmt::vformat_to(std::back_inserter(text), format, fmt::make_format_args(values...));
}

std::size_t address(std::size_t i) {
    return 0x7f0000000000 + i * 0x8000;
}

std::string letters(std::size_t i) {
    std::string word;
    for (; i > 0; i /= 26) word += static_cast<char>('a' + i % 26);
    return word;
}

void smaps_entry(std::string& text, std::size_t i) {
    put(text, "{:x}-{:x} rw-p 00000000 00:00 0 \n", address(i), address(i) + 0x1000);
    for (const std::string_view key : {"Size:", "Rss:", "Pss:", "Private_Dirty:", "Swap:"})
        put(text, "{:<16}{:>8} kB\n", key, 4);
}

void nmt_total(std::string& text, std::size_t i) {
    put(text, "Total: reserved={}KB, committed={}KB\n", 3000 + i, 1500 + i);
}

void nmt_summary(std::string& text, std::size_t i) {
    text += "Native Memory Tracking:\n\n";
    nmt_total(text, i);
    put(text, "-                 Java Heap (reserved={}KB, committed={}KB)\n", 2000, 1000);
    put(text, "                            (mmap: reserved={}KB, committed={}KB)\n\n", 2000, 1000);
    put(text, "-                    Thread (reserved={}KB, committed={}KB)\n", 1000 + i, 500 + i);
    put(text, "                            (thread #{})\n                            (malloc={}KB #{})\n\n",
        i % 90, 9, i);
}

void nmt_region(std::string& text, std::size_t i) {
    put(text, "[0x{:016x} - 0x{:016x}] reserved and committed 4KB for Thread Stack from\n", address(i),
        address(i) + 0x1000);
}

constexpr auto nothing = std::string_view{};
constexpr std::string_view libjvm =
    "7effff000000-7effff100000 r-xp 00000000 fe:00 99   /opt/jdk/lib/server/libjvm.so\n"
    "Size:               1024 kB\nRss:                 512 kB\nPss:                 512 kB\n";

constexpr std::array samples{
    SamplePaste{"NMT summaries", nothing, nmt_summary},
    SamplePaste{"NMT totals", nothing, nmt_total},
    SamplePaste{"NMT summaries of as many processes", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "$ jcmd {} VM.native_memory\n{}:\n", i + 1, i + 1);
                    nmt_summary(text, i);
                }},
    SamplePaste{"NMT diffs", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "Total: reserved={}KB +8KB, committed={}KB +4KB\n", 3000 + i, 1500 + i);
                    put(text, "-  Thread (reserved={}KB +8KB, committed={}KB +4KB)\n", 1000 + i, 500);
                }},
    SamplePaste{"NMT categories", "Total: reserved=3000KB, committed=1500KB\n",
                [](std::string& text, std::size_t i) {
                    put(text, "- {} (reserved=9KB, committed=9KB)\n", letters(i + 1));
                }},
    SamplePaste{
        "NMT map",
        "Native Memory Tracking:\n\nTotal: reserved=3000KB, committed=1500KB\n\nVirtual memory map:\n\n",
        nmt_region},
    SamplePaste{"NMT call sites",
                "Native Memory Tracking:\n\nTotal: reserved=3000KB, committed=1500KB\n\nDetails:\n\n",
                [](std::string& text, std::size_t i) {
                    put(text, "[0x{:016x}] f{}()+0x1\n   (malloc=9KB type=Internal #1)\n\n", address(i), i);
                }},
    SamplePaste{"NMT, diff -u", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "-Total: reserved={}KB, committed=9KB\n+Total: reserved={}KB, committed=9KB\n\nand\n",
                        i, i);
                }},
    SamplePaste{
        "OOM, two lines", nothing,
        [](std::string& text, std::size_t i) {
            put(text,
                "[{0}.1] Memory cgroup out of memory: Kill process {0} (java) score 11 or sacrifice child\n"
                "[{0}.2] Killed process {0} (java) total-vm:1925104kB, anon-rss:516924kB, file-rss:10852kB, "
                "shmem-rss:0kB\n",
                i);
        }},
    SamplePaste{"OOM, short lines", nothing,
                [](std::string& text, std::size_t i) { put(text, "Killed process {} (a)\n", i); }},
    SamplePaste{"OOM, apart", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "Killed process {} (a)\n\nVM.uptime\n{}.5 s\n", i, i);
                }},
    SamplePaste{"OOM, one table",
                "[1.0] java invoked oom-killer: gfp_mask=0xcc0, order=0, oom_score_adj=0\n[1.0] [  pid  ]   "
                "uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n",
                [](std::string& text, std::size_t i) {
                    put(text,
                        "[1.0] [{:>7}]     0 {:>5}  1153302   134371  1466368        0             0 java\n",
                        i, i);
                }},
    SamplePaste{"OOM, one line", "[1.0] java invoked oom-killer: gfp_mask=0xcc0, order=0 ",
                [](std::string& text, std::size_t i) { put(text, "[1.0] Killed process {} (a) ", i); }},
    SamplePaste{"OOM, anon of stats", "[1.0] Memory cgroup stats for /a:\n",
                [](std::string& text, std::size_t i) { put(text, "{} 1\n", letters(i + 1000)); }},
    SamplePaste{
        "GC log", nothing,
        [](std::string& text, std::size_t i) {
            put(text,
                "[{}.123s][info][gc] GC({}) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(256M) 2.1ms\n",
                i, i);
        }},
    SamplePaste{"GC log, detailed", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "[{0}.123s][info][gc,heap] GC({0}) Eden regions: "
                        "23->0(149)\n[{0}.123s][info][gc,metaspace] GC({0}) "
                        "Metaspace: 123K(456K)->123K(456K)\n[{0}.12s][info][gc] GC({0}) Pause Full (Metadata "
                        "GC Threshold) 24M->4M(256M) 2.1ms\n",
                        i);
                }},
    SamplePaste{"GC log of 8", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "{}.345: [GC 65536K->5200K(251392K), 0.0081 secs]\n", i);
                }},
    SamplePaste{"GC logs", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "{}.345: [GC 65536K->5200K(251392K), 0.0081 secs]\n$ jps\n", i);
                }},
    SamplePaste{"thread dump", "Full thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n\n",
                [](std::string& text, std::size_t i) {
                    put(text,
                        "\"w-{}\" #{} prio=5 tid=0x00007f8141bff000 nid=0x{:x} runnable\n   "
                        "java.lang.Thread.State: RUNNABLE\n",
                        i, i, i);
                    text += "\tat a.b.C.d(C.java:1)\n\n";
                }},
    SamplePaste{"thread dumps", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "Full thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n\n\"a\" #{} "
                        "prio=5 nid=0x1 runnable\n\n",
                        i);
                }},
    SamplePaste{"thread dump, frames",
                "Full thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n\n\"a\" #1 prio=5 "
                "nid=0x1 runnable\n",
                [](std::string& text, std::size_t) { text += "\tat a.b(C)\n"; }},
    SamplePaste{"smaps", nothing, smaps_entry},
    SamplePaste{"smaps, one after the other", nothing,
                [](std::string& text, std::size_t i) {
                    for (std::size_t k = 0; k < 5; ++k) smaps_entry(text, k);
                    put(text, "and again {}\n\n", i);
                }},
    SamplePaste{"smaps of a JVM", libjvm, smaps_entry},
    SamplePaste{
        "smaps of a JVM and its NMT map", libjvm,
        [](std::string& text, std::size_t i) {
            // The mappings first: they are about half of it.
            constexpr std::size_t mappings = 4000;
            if (i < mappings) return smaps_entry(text, i);
            if (i == mappings)
                text +=
                    "\nNative Memory Tracking:\n\nTotal: reserved=3000KB, committed=1500KB\n\nVirtual memory "
                    "map:\n\n";
            nmt_region(text, i - mappings);
        }},
    SamplePaste{"maps of a JVM and its NMT",
                "Native Memory Tracking:\n\nTotal: reserved=3000KB, committed=1500KB\n-  Java Heap "
                "(reserved=2000KB, committed=1000KB)\n\n7effff000000-7effff100000 r-xp 00000000 "
                "fe:00 99   /opt/jdk/lib/server/libjvm.so\n",
                [](std::string& text, std::size_t i) {
                    put(text, "{:x}-{:x} rw-p 00000000 00:00 0\n", address(i), address(i) + 0x1000);
                }},
    SamplePaste{"pmap -x of a JVM",
                "4711:   java -Xmx1g Main\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"
                "00007effff000000    1024     512       0 r-x-- libjvm.so\n",
                [](std::string& text, std::size_t i) {
                    put(text, "{:016x}       4       4       4 rw---   [ anon ]\n", address(i));
                }},
    SamplePaste{"pmap -x of a JVM, names",
                "4711:   java -Xmx1g Main\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"
                "00007effff000000    1024     512       0 r-x-- libjvm.so\n",
                [](std::string& text, std::size_t i) {
                    put(text, "{:016x}       4       4       4 r---- {}.so\n", address(i), i);
                }},
    SamplePaste{"maps", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "{:x}-{:x} rw-p 00000000 00:00 0\n", address(i), address(i) + 0x1000);
                }},
    SamplePaste{"pmap -x",
                "4711:   java -Xmx1g Main\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n",
                [](std::string& text, std::size_t i) {
                    put(text, "{:016x}       4       4       4 rw---   [ anon ]\n", address(i));
                }},
    SamplePaste{"pmap", "4711:   java -Xmx1g Main\n",
                [](std::string& text, std::size_t i) {
                    put(text, "{:016x}      4K rw---   [ anon ]\n", address(i));
                }},
    SamplePaste{"smaps_rollup", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "55d0-7ffe ---p 00000000 00:00 0          [rollup]\nRss:      {:>8} kB\nPss:         "
                        "   1 kB\n",
                        i);
                }},
    SamplePaste{"hs_err logs", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  "
                        "SIGSEGV (0xb) at pc=0x00007f, pid={}, tid=1\n#\n",
                        i + 1);
                }},
    SamplePaste{
        "hs_err, libraries",
        "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb) at "
        "pc=0x00007f, pid=1, tid=1\n#\n\nDynamic libraries:\n",
        [](std::string& text, std::size_t i) {
            put(text, "{:x}-{:x} rw-p 00000000 00:00 0\n", address(i), address(i) + 0x1000);
        }},
    SamplePaste{
        "hs_err, threads",
        "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n\nJava Threads: ( => "
        "current thread )\n",
        [](std::string& text, std::size_t i) {
            put(text,
                "  0x{0:016x} JavaThread \"a\" [_thread_blocked, id={1}, stack(0x{0:016x},0x{2:016x})]\n",
                address(i), i, address(i) + 4096);
        }},
    SamplePaste{"hs_err, lines", "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n",
                [](std::string& text, std::size_t i) { put(text, "x{}\n", i % 10); }},
    SamplePaste{"ps", "  PID USER   RSS COMMAND\n",
                [](std::string& text, std::size_t i) { put(text, "{} a 9 j\n", i); }},
    SamplePaste{"ps, one after the other", nothing,
                [](std::string& text, std::size_t i) { put(text, "PID RSS COMMAND\n{} 9 java\n\n", i); }},
    SamplePaste{"top", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "top - 10:00:00 up 1 day,  1:00,  1 user,  load average: 0.10, 0.20, 0.30\n\n  PID "
                        "USER      PR  NI    VIRT    RES    SHR S %CPU %MEM "
                        "    TIME+ COMMAND\n{} a 20 0 4894932 984064 5024 R 97.0 11.5 13:55.12 java\n",
                        i);
                }},
    SamplePaste{
        "top, rows", "  PID USER      PR  NI    VIRT    RES    SHR S %CPU %MEM     TIME+ COMMAND\n",
        [](std::string& text, std::size_t i) { put(text, "{} a 20 0 4 9 5 R 9.0 1.5 3:55.12 j\n", i); }},
    SamplePaste{
        "cgroup files", nothing,
        [](std::string& text, std::size_t i) { put(text, "/sys/fs/cgroup/a{}/memory.current:{}\n", i, i); }},
    SamplePaste{"cgroup, one file", nothing,
                [](std::string& text, std::size_t i) { put(text, "memory.current {}\n", i); }},
    SamplePaste{
        "memory.stat", nothing,
        [](std::string& text, std::size_t i) { put(text, "anon {}\nfile {}\nkernel_stack 1\n", i, i); }},
    SamplePaste{"jemalloc", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        "Allocated: {}, active: 3290431488, metadata: 53687091, resident: 3388997632, "
                        "mapped: 3489660928, retained: 1\n",
                        i);
                }},
    SamplePaste{"meminfo", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "MemTotal:       {} kB\nMemFree:        1 kB\nMemAvailable:   1 kB\n", i);
                }},
    SamplePaste{"status", nothing,
                [](std::string& text, std::size_t i) {
                    put(text, "Name:\tjava\nPid:\t{}\nVmRSS:\t    {} kB\n", i + 1, i);
                }},
    SamplePaste{"heap_info", nothing,
                [](std::string& text, std::size_t i) {
                    put(text,
                        " garbage-first heap   total {}K, used 1K [0x00000000f0000000, 0x0000000100000000)\n "
                        " region size 1024K, 1 young (1024K), 0 survivors (0K)\n",
                        i + 9);
                }},
    SamplePaste{
        "flags", nothing,
        [](std::string& text, std::size_t i) { put(text, "-XX:MaxHeapSize={} -XX:+UseG1GC\n\n", i); }},
    SamplePaste{"class histogram",
                " num     #instances         #bytes  class name "
                "(module)\n-------------------------------------------------------\n",
                [](std::string& text, std::size_t i) { put(text, "{}: 1 8 a\n", i + 1); }},
    SamplePaste{"ids and names", nothing,
                [](std::string& text, std::size_t i) { put(text, "{} a\n", i + 1); }},
    SamplePaste{"pid lines", nothing,
                [](std::string& text, std::size_t i) { put(text, "{}:\n", i % 9 + 1); }},
    SamplePaste{"commands", nothing, [](std::string& text, std::size_t) { text += "$ jps\n"; }},
    SamplePaste{"uptimes", nothing, [](std::string& text, std::size_t i) { put(text, "{}.5 s\n", i); }},
    SamplePaste{
        "versions", nothing,
        [](std::string& text, std::size_t) { text += "OpenJDK 64-Bit Server VM version 17.0.1+12\n"; }},
    SamplePaste{"PSS", nothing, [](std::string& text, std::size_t i) { put(text, "PSS: {}\n", i); }},
    SamplePaste{"unknown, short lines", nothing, [](std::string& text, std::size_t) { text += "x\n"; }},
    SamplePaste{"unknown, apart", nothing, [](std::string& text, std::size_t) { text += "x\n\n\n\n"; }},
    SamplePaste{"unknown, quoted", nothing, [](std::string& text, std::size_t) { text += "> x\n"; }},
    SamplePaste{"unknown, numbered", nothing,
                [](std::string& text, std::size_t i) { put(text, "{}: x\n", i); }},
    SamplePaste{"unknown, one line", nothing, [](std::string& text, std::size_t) { text += "word "; }},
    SamplePaste{"unknown, entities", nothing, [](std::string& text, std::size_t) { text += "&lt;\xC2\xA0"; }},
    SamplePaste{"unknown, thousands", nothing, [](std::string& text, std::size_t) { text += "1,234,567 "; }},
    SamplePaste{"unknown, call-outs", nothing, [](std::string& text, std::size_t) { text += "a <1> <2>\n"; }},
    SamplePaste{"unknown, carriage returns", nothing, [](std::string& text, std::size_t) { text += "x\r"; }},
    SamplePaste{"unknown, escapes", "\n", [](std::string& text, std::size_t) { text += "\x1b[0"; }},
    SamplePaste{"unknown, brackets", "\n", [](std::string& text, std::size_t) { text += "["; }},
    SamplePaste{"NUL bytes", nothing, [](std::string& text, std::size_t) { text += '\0'; }},
    SamplePaste{"NUL bytes behind a line", "a\n\x01", [](std::string& text, std::size_t) { text += '\0'; }},
    SamplePaste{"uptimes and unknown lines", nothing,
                [](std::string& text, std::size_t i) { put(text, "{}.5 s\nx\n", i % 9); }},
    SamplePaste{"NMT and unknown lines", "Total: reserved=3000KB, committed=1500KB\n",
                [](std::string& text, std::size_t) { text += "(\nx\n"; }},
};

}  // namespace

std::span<const SamplePaste> sample_pastes() {
    return samples;
}

std::string paste_of(const SamplePaste& sample, std::size_t bytes) {
    std::string text(sample.head);
    text.reserve(bytes + 4096);
    for (std::size_t i = 0; text.size() < bytes; ++i) sample.add(text, i);
    return text;
}

}  // namespace nmtx::bench
