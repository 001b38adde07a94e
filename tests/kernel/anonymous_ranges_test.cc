#include "kernel/mappings/anonymous_ranges.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("anonymous ranges: memory of no file that may be used, joined") {
    const auto ranges = anonymous_ranges(
        "00400000-00500000 r-xp 00000000 fe:00 17                 /usr/bin/java\n"
        "00600000-00700000 rw-p 00000000 00:00 0                  [heap]\n"
        "00700000-00780000 rw-p 00000000 00:00 0 \n"
        "00780000-00800000 ---p 00000000 00:00 0 \n"
        "00800000-00900000 rw-s 00000000 00:01 1024               /dev/zero (deleted)\n"
        "00900000-00a00000 rw-s 00000000 00:01 1025               /memfd:x (deleted)\n"
        "what else\n"
        "00a00000-00b00000 rw-p 00000000 00:10 99                 /anon_hugepage (deleted)\n"
        "00b00000-00c00000 rw-p 00000000 00:00 0                  [anon:arena]\n");
    REQUIRE(ranges.size() == 3);
    CHECK(ranges[0] == range_of(0x600000, 0x780000));
    CHECK(ranges[1] == range_of(0x800000, 0x900000));
    CHECK(ranges[2] == range_of(0xa00000, 0xc00000));
    CHECK(anonymous_ranges("").empty());
}

TEST_CASE("anonymous ranges: what of a range is in them, and what of them is in no other") {
    const std::vector<Range> now{range_of(0x1000, 0x3000), range_of(0x5000, 0x9000)};
    CHECK(bytes_within(now, range_of(0, 0x1000)) == 0);
    CHECK(bytes_within(now, range_of(0x2000, 0x6000)) == 0x2000);
    CHECK(bytes_within(now, range_of(0, 0x10000)) == 0x6000);
    CHECK(bytes_within(now, range_of(0x9000, 0xa000)) == 0);
    const std::vector<Range> before{range_of(0x2000, 0x6000)};
    CHECK(bytes_outside(now, before) == 0x4000);
    CHECK(bytes_outside(now, now) == 0);
    CHECK(bytes_outside(now, {}) == 0x6000);
}
