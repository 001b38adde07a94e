#include "kernel/program_files.h"

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
    const ProgramFiles programs(smaps);
    CHECK(programs.executed(m[1]));
    CHECK_FALSE(programs.executed(m[2]));
    CHECK_FALSE(programs.executed(m[3]));
    CHECK(programs.bss_behind(m[1], m[2]));
    CHECK_FALSE(programs.bss_behind(m[0], m[2]));  // not right behind
    CHECK_FALSE(programs.bss_behind(m[3], m[4]));  // a data file's
    CHECK_FALSE(programs.bss_behind(m[5], m[6]));  // shared
    CHECK_FALSE(programs.bss_behind(m[7], m[8]));  // not writable
}
