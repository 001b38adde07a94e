#include "kernel/mappings/program_files.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("program files: .bss lies anonymously right behind the private writable data of what is executed") {
    const auto smaps = parse_smaps(R"(10000-11000 r-xp 00000000 fe:00 7 /lib/a.so
Rss: 4 kB
11000-12000 rw-p 00001000 fe:00 7 /lib/a.so
Rss: 4 kB
12000-13000 rw-p 00000000 00:00 0 
Rss: 4 kB
14000-15000 rw-p 00000000 fe:00 8 /srv/data
Rss: 4 kB
15000-16000 rw-p 00000000 00:00 0 
Rss: 4 kB
20000-21000 rw-s 00001000 fe:00 7 /lib/a.so
Rss: 4 kB
21000-22000 rw-p 00000000 00:00 0 
Rss: 4 kB
23000-24000 rw-p 00001000 fe:00 7 /lib/a.so
Rss: 4 kB
24000-25000 ---p 00000000 00:00 0 
Rss: 0 kB
)")
                           .value();
    const auto& m = smaps.mappings;
    const std::optional<LoadedImages> no_images;
    const ProgramFiles programs(smaps, no_images);
    CHECK(programs.executed(m[1]));
    CHECK_FALSE(programs.executed(m[2]));
    CHECK_FALSE(programs.executed(m[3]));
    const auto bss = programs.bss_behind(m[1], m[2]);
    REQUIRE(bss);
    CHECK(bss->range == m[2].range);
    CHECK_FALSE(bss->known);
    CHECK_FALSE(programs.bss_behind(m[0], m[2]));  // not right behind
    CHECK_FALSE(programs.bss_behind(m[3], m[4]));  // a data file's
    CHECK_FALSE(programs.bss_behind(m[5], m[6]));  // shared
    CHECK_FALSE(programs.bss_behind(m[7], m[8]));  // not writable
}

TEST_CASE("program files: a name that several files bear makes none of them another's code") {
    const auto smaps =
        parse_smaps(R"(10000-20000 rwxp 00000000 00:11 65150                      /anon_hugepage (deleted)
Rss: 0 kB
20000-30000 rw-p 00000000 00:11 65151                      /anon_hugepage (deleted)
Rss: 0 kB
40000-41000 r-xp 00000000 00:01 7 /memfd:code (deleted)
Rss: 4 kB
50000-51000 rw-p 00000000 00:01 8 /memfd:code (deleted)
Rss: 4 kB
51000-52000 rw-p 00000000 00:00 0 
Rss: 4 kB
60000-61000 rw-p 00001000 00:01 7 /memfd:code (deleted)
Rss: 4 kB
70000-71000 r-xs 00000000 00:01 9 /memfd:jit (deleted)
Rss: 4 kB
80000-81000 rw-s 00000000 00:01 9 /memfd:jit (deleted)
Rss: 4 kB
)")
            .value();
    const auto& m = smaps.mappings;
    const std::optional<LoadedImages> images;
    const ProgramFiles programs(smaps, images);
    CHECK_FALSE(m[0].of_file());  // a code cache in huge pages
    CHECK_FALSE(programs.executed(m[0]));
    CHECK_FALSE(programs.executed(m[1]));  // a Java heap in huge pages
    CHECK(programs.executed(m[2]));
    CHECK_FALSE(programs.executed(m[3]));
    CHECK_FALSE(programs.bss_behind(m[3], m[4]));
    CHECK(programs.executed(m[5]));
    CHECK_FALSE(programs.executed(m[6]));  // shared between two views: written at run time, no library
    CHECK_FALSE(programs.executed(m[7]));
}

TEST_CASE("program files: .bss ends where the program header says, and an unknown one is small") {
    const auto smaps = parse_smaps(R"(7f0000000000-7f0000001000 r-xp 00000000 fe:00 7 /lib/a.so
Rss: 4 kB
7f0000001000-7f0000002000 rw-p 00001000 fe:00 7 /lib/a.so
Rss: 4 kB
7f0000002000-7f0004002000 rw-p 00000000 00:00 0 
Rss: 65536 kB
)")
                           .value();
    const auto& m = smaps.mappings;
    std::optional<LoadedImages> images;
    const ProgramFiles programs(smaps, images);
    CHECK(programs.bss_may_follow(m[1], m[2]));
    CHECK_FALSE(programs.bss_behind(m[1], m[2]));
    images = parse_loaded_images("image 7f0000000000-7f0000005000\nbss 7f0000002000-7f0000005000\n").value();
    const auto bss = programs.bss_behind(m[1], m[2]);
    REQUIRE(bss);
    CHECK(bss->range == range_of(0x7f0000002000, 0x7f0000005000));
    CHECK(bss->known);
    images = parse_loaded_images("image 7f0000000000-7f0000002000\n").value();
    CHECK_FALSE(programs.bss_behind(m[1], m[2]));
}
