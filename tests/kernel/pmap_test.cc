#include "kernel/mappings/pmap.h"

#include <fmt/format.h>

#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

// Linux 6.18, procps 4.0.2: one JVM, four ways.
constexpr std::string_view plain = R"(18851:   java -Xmx256m Sleep
00000000f0000000 260096K rw---   [ anon ]
00000000ffe00000    468K rw--- classes.jsa
00007f63486ea000   2220K r---- libjvm.so
00007ffc21e75000    132K rw---   [ stack ]
ffffffffff600000      4K --x--   [ anon ]
 total           262920K
)";
constexpr std::string_view extended = R"(18851:   java -Xmx256m Sleep
Address           Kbytes     RSS   Dirty Mode  Mapping
00000000f0000000  260096   51700   51700 rw---   [ anon ]
00000000ffe00000     468     468     316 rw--- classes.jsa
00007f63486ea000    2220    2100       0 r---- libjvm.so
00007ffc21e75000     132      36      36 rw---   [ stack ]
ffffffffff600000       4       0       0 --x--   [ anon ]
---------------- ------- ------- ------- 
total kB          262920   54304   52052
)";
constexpr std::string_view more = R"(18851:   java -Xmx256m Sleep
         Address Perm   Offset Device    Inode    Size   Rss   Pss Pss_Dirty Referenced Anonymous KSM LazyFree ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible Mapping
        f0000000 rw-p 00000000  00:00        0  260096 51700 51700     51700      51700     51700   0        0              0             0              0               0    8       0      0           1 
        ffe00000 rw-p 00c77000  fe:00   318054     468   468   468       316        468       316   0        0              0             0              0               0    0       0      0           0 classes.jsa
    7f63486ea000 r--p 00000000  fe:00   317960    2220  2100  1050         0       2100         0   0        0              0             0              0               0    0       0      0           0 libjvm.so
    7ffc21e75000 rw-p 00000000  00:00        0     132    36    36        36         36        36   0        0              0             0              0               0    0       0      0           0 [stack]
                                               ======= ===== ===== ========= ========== ========= === ======== ============== ============= ============== =============== ==== ======= ====== =========== 
                                                262916 54304 53254     52052      54304     52052   0        0              0             0              0               0    8       0      0           0 KB 
)";
constexpr std::string_view everything = R"(18851:   java -Xmx256m Sleep
         Address Perm   Offset Device    Inode    Size KernelPageSize MMUPageSize   Rss   Pss Pss_Dirty Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible              VmFlags Mapping
        f0000000 rw-p 00000000  00:00        0  260096              4           4 51700 51700     51700            0            0             0         51700      51700     51700   0        0          2048              0             0              0               0    0       0      0           0    rd wr mr mw me ac 
    7f63486ea000 r--p 00001000  fe:00   317960    2220              4           4  2100  1050         0            0            0          2100             0       2100         0   0        0             0              0             0              0               0    0       0      0           0       rd mr mw me libjvm.so
    7ffc21e75000 rw-p 00000000  00:00        0     132              4           4    36    36        36            0            0             0            36         36        36   0        0             0              0             0              0               0    0       0      0           0 rd wr mr mw me gd ac [stack]
                                               ======= ============== =========== ===== ===== ========= ============ ============ ============= ============= ========== ========= === ======== ============= ============== ============= ============== =============== ==== ======= ====== =========== 
                                                262448             12          12 53836 52786     51736            0            0          2100         51736      53836     51736   0        0          2048              0             0              0               0    0       0      0           0 KB 
)";

const Mapping& mapping_at(const Pmap& pmap, std::uint64_t begin) {
    for (const Mapping& mapping : pmap.smaps.mappings) {
        if (mapping.range.begin.value == begin) return mapping;
    }
    FAIL("no mapping at " << begin);
    return pmap.smaps.mappings.front();
}

std::string without_heading(std::string_view text) {
    const std::size_t first = text.find('\n');
    const std::size_t second = text.find('\n', first + 1);
    return std::string(text.substr(second + 1));
}

}  // namespace

TEST_CASE("pmap: plain gives sizes, protection and names, and no RSS") {
    const auto pmap = parse_pmap(plain);
    REQUIRE(pmap);
    CHECK(pmap->form == PmapForm::plain);
    CHECK(pmap->pid == 18851);
    CHECK(pmap->command == "java -Xmx256m Sleep");
    CHECK(pmap->smaps.from == MappingsFrom::pmap);
    CHECK_FALSE(pmap->smaps.rss_known);
    CHECK(pmap->whole());
    CHECK(pmap->not_understood.empty());
    REQUIRE(pmap->smaps.mappings.size() == 5);
    const Mapping& heap = pmap->smaps.mappings[0];
    CHECK(heap.range == range_of(0xf0000000, 0xf0000000 + 260096ULL * 1024));
    CHECK(heap.anonymous_mapping());
    CHECK((heap.protection.read && heap.protection.write && !heap.protection.shared));
    CHECK(pmap->smaps.mappings[2].name == "libjvm.so");
    CHECK(pmap->smaps.mappings[2].of_file());
    CHECK(pmap->smaps.mappings[3].name == "[stack]");
    CHECK_FALSE(pmap->smaps.mappings[3].of_file());
}

TEST_CASE("pmap -x: RSS and dirty pages, with the heading or without") {
    for (const std::string& text : {std::string(extended), without_heading(extended)}) {
        CAPTURE(text);
        const auto pmap = parse_pmap(text);
        REQUIRE(pmap);
        CHECK(pmap->form == PmapForm::extended);
        CHECK(pmap->smaps.rss_known);
        CHECK_FALSE(pmap->smaps.pss_known);
        CHECK_FALSE(pmap->smaps.swap_known);
        CHECK(pmap->smaps.rss == kib(54304));
        CHECK(pmap->totals.rss == kib(54304));
        CHECK(pmap->totals.dirty == kib(52052));
        CHECK(pmap->whole());
        CHECK(pmap->not_understood.empty());
        CHECK(mapping_at(*pmap, 0xffe00000).private_dirty == kib(316));
    }
}

TEST_CASE("pmap -X: the heading names the columns") {
    const auto pmap = parse_pmap(more);
    REQUIRE(pmap);
    CHECK(pmap->form == PmapForm::columns);
    CHECK(pmap->smaps.mappings.size() == 4);
    CHECK(pmap->smaps.rss == kib(54304));
    CHECK(pmap->smaps.pss == kib(53254));
    CHECK(pmap->smaps.swap == kib(8));
    CHECK((pmap->smaps.rss_known && pmap->smaps.pss_known && pmap->smaps.swap_known));
    CHECK(pmap->whole());
    CHECK_FALSE(pmap->columns_inferred);
    CHECK(pmap->not_understood.empty());
    const Mapping& archive = mapping_at(*pmap, 0xffe00000);
    CHECK(archive.inode == 318054);
    CHECK(archive.offset == 0xc77000);
    CHECK(archive.device == 0xfeU << 20U);
    CHECK(archive.anonymous == kib(316));
}

TEST_CASE("pmap -XX: flags and the figures that -X leaves out") {
    const auto pmap = parse_pmap(everything);
    REQUIRE(pmap);
    CHECK(pmap->smaps.rss == kib(53836));
    CHECK(pmap->not_understood.empty());
    CHECK(pmap->whole());
    const Mapping& heap = mapping_at(*pmap, 0xf0000000);
    CHECK(heap.anon_huge_pages == kib(2048));
    CHECK(heap.vm_flags == "rd wr mr mw me ac");
    CHECK(heap.name.empty());
    CHECK(mapping_at(*pmap, 0x7f63486ea000).name == "libjvm.so");
    CHECK(mapping_at(*pmap, 0x7ffc21e75000).vm_flags == "rd wr mr mw me gd ac");
    CHECK(mapping_at(*pmap, 0x7ffc21e75000).name == "[stack]");
}

TEST_CASE("pmap -X and -XX without their heading: which column is RSS is inferred and said") {
    for (const std::string_view text : {more, everything}) {
        const auto pmap = parse_pmap(without_heading(text));
        REQUIRE(pmap);
        CHECK(pmap->columns_inferred);
        CHECK(pmap->smaps.rss == parse_pmap(text)->smaps.rss);
        CHECK(pmap->smaps.pss == parse_pmap(text)->smaps.pss);
        CHECK(pmap->whole());
    }
}

TEST_CASE("pmap: other programs of that name") {
    SECTION("procps 3.2 on a kernel without smaps prints dashes") {
        const auto pmap = parse_pmap(R"(3401:   java
Address   Kbytes     RSS    Anon  Locked Mode   Mapping
00110000    1272       -       -       - r-x--  libc-2.10.1.so
00252000      12       -       -       - rw---    [ anon ]
-------- ------- ------- ------- -------
total kB    1284       -       -       -
)");
        REQUIRE(pmap);
        CHECK_FALSE(pmap->smaps.rss_known);
        CHECK(pmap->whole());
        CHECK(pmap->not_understood.empty());
    }
    SECTION("busybox has PSS in the place of RSS, which is then not known") {
        const auto pmap = parse_pmap(
            "17: /usr/bin/java -jar a.jar\nAddress\t\t  Kbytes     PSS   Dirty    Swap  Mode  Mapping\n"
            "000055c423976000      24      20       0       0  r-xp  /usr/bin/java\n"
            "000055c4251e2000    1048    1000    1000      12  rw-p  [heap]\n"
            "----------------  ------  ------  ------  ------\ntotal\t\t    1072    1020    1000      12\n");
        REQUIRE(pmap);
        CHECK_FALSE(pmap->smaps.rss_known);
        CHECK(pmap->smaps.pss == kib(1020));
        CHECK(pmap->smaps.swap == kib(12));
        CHECK(pmap->smaps.mappings[1].name == "[heap]");
        CHECK(pmap->whole());
        CHECK(pmap->not_understood.empty());
    }
    SECTION("-d has offset and device, and no RSS") {
        const auto pmap = parse_pmap(R"(1:   bash
Address           Kbytes Mode  Offset           Device    Mapping
000055da60041000     772 r-x-- 000000000002f000 0fe:00000 bash
00007f562fe35000     516 rw--- 0000000000000000 000:00000   [ anon ]
mapped: 1288K    writeable/private: 516K    shared: 0K
)");
        REQUIRE(pmap);
        CHECK(pmap->form == PmapForm::device);
        CHECK(pmap->smaps.mappings[0].offset == 0x2f000);
        CHECK_FALSE(pmap->smaps.rss_known);
        CHECK(pmap->whole());
        CHECK(pmap->not_understood.empty());
    }
    SECTION("Solaris is refused, with the line") {
        const auto heap = parse_pmap("90:  java\n0000000000411000       3696K rw---    [ heap ]\n");
        REQUIRE_FALSE(heap);
        CHECK(heap.error().where == "pmap:2");
        CHECK(heap.error().what.find("Solaris") != std::string::npos);
        CHECK_FALSE(parse_pmap("00000001FB000000      24576K rw---    [ anon ]   <--- Java heap\n"));
    }
}

TEST_CASE("pmap: remarks behind the names are quoted, not taken for names") {
    const auto pmap = parse_pmap(R"(0000000740000000 3163648 3163648 3163648 rw---   [ anon ] <1>
000055bac4461000       4       4       0 r-x-- java <2>
00007ff9b91eb000    1012      24      24 rw---   [ anon ]   a thread's stack
...
)");
    REQUIRE(pmap);
    CHECK(pmap->smaps.mappings[0].anonymous_mapping());
    CHECK(pmap->smaps.mappings[1].name == "java");
    CHECK(pmap->smaps.mappings[2].anonymous_mapping());
    const std::vector<UnreadText> expected{
        {1, "<1>", true}, {2, "<2>", true}, {3, "a thread's stack", true}, {4, "...", false}};
    CHECK(pmap->not_understood.texts() == expected);
}

TEST_CASE(
    "pmap: lines sorted by RSS come in order, what overlaps or belongs to another process is set aside") {
    const auto pmap = parse_pmap(R"(7:   java
0000000000200000       8       8       8 rw---   [ anon ]
0000000000100000       4       4       4 rw---   [ anon ]
0000000000201000       4       4       4 rw---   [ anon ]
8:   java
0000000000300000       4       4       4 rw---   [ anon ]
)");
    REQUIRE(pmap);
    REQUIRE(pmap->smaps.mappings.size() == 2);
    CHECK(pmap->smaps.mappings[0].range.begin.value == 0x100000);
    CHECK(pmap->smaps.rss == kib(12));
    REQUIRE(pmap->not_understood.texts().size() == 3);
    CHECK(pmap->not_understood.texts()[0] == UnreadText{5, "8:   java", false});
    CHECK(pmap->not_understood.texts()[2].line == 4);
    CHECK_FALSE(pmap->whole());
}

TEST_CASE("pmap: a text without a mapping is an error that names a line") {
    for (const std::string_view text :
         {"", "\n", "hello\n", "7:   java\n", "Address Kbytes Mode Mapping\n"}) {
        CAPTURE(text);
        const auto pmap = parse_pmap(text);
        REQUIRE_FALSE(pmap);
        CHECK(pmap.error().where == "pmap:1");
    }
}

TEST_CASE("pmap: every prefix gives a value or an error, and never more than the whole") {
    for (const std::string_view text : {plain, extended, more, everything}) {
        const Bytes rss = parse_pmap(text)->smaps.rss;
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const auto pmap = parse_pmap(text.substr(0, n));
            if (!pmap) {
                CHECK(pmap.error().where.starts_with("pmap:"));
                continue;
            }
            if (pmap->smaps.rss > rss) FAIL(n);
        }
    }
}
