#include "base/address.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("address: adding saturates at the top of the address space") {
    CHECK(Address{0x1000} + kib(4) == Address{0x2000});
    CHECK(Address{UINT64_MAX} + Bytes(1) == Address{UINT64_MAX});
    CHECK(Address{0xffffffffff600000} + Bytes(UINT64_MAX) == Address{UINT64_MAX});
}

TEST_CASE("range: it is half open") {
    const Range range = range_of(0x1000, 0x3000);
    CHECK(range.size() == kib(8));
    CHECK(range.contains(Address{0x1000}));
    CHECK(range.contains(Address{0x2fff}));
    CHECK_FALSE(range.contains(Address{0x3000}));
    CHECK_FALSE(range.contains(Address{0xfff}));
}

TEST_CASE("range: one that ends where it begins, or before, is empty and has no size") {
    CHECK(range_of(0x1000, 0x1000).empty());
    CHECK(range_of(0x2000, 0x1000).empty());
    CHECK(range_of(0x2000, 0x1000).size() == Bytes());
    CHECK_FALSE(range_of(0x2000, 0x1000).contains(Address{0x1800}));
}

TEST_CASE("range: neighbours do not overlap, and one contains itself") {
    const Range range = range_of(0x1000, 0x3000);
    CHECK_FALSE(range.overlaps(range_of(0x3000, 0x4000)));
    CHECK_FALSE(range.overlaps(range_of(0x0, 0x1000)));
    CHECK(range.overlaps(range_of(0x2fff, 0x4000)));
    CHECK(range.overlaps(range_of(0x0, 0x9000)));
    CHECK(range.contains(range));
    CHECK(range.contains(range_of(0x1000, 0x2000)));
    CHECK_FALSE(range.contains(range_of(0x1000, 0x3001)));
}

TEST_CASE("range: the intersection is what both hold, empty where they are apart") {
    CHECK(intersect(range_of(0x1000, 0x3000), range_of(0x2000, 0x4000)) == range_of(0x2000, 0x3000));
    CHECK(intersect(range_of(0x1000, 0x3000), range_of(0x1800, 0x2000)) == range_of(0x1800, 0x2000));
    CHECK(intersect(range_of(0x1000, 0x2000), range_of(0x3000, 0x4000)).empty());
    CHECK(intersect(range_of(0x1000, 0x2000), range_of(0x3000, 0x4000)).size() == Bytes());
}

TEST_CASE("range: ranges order by where they begin, then by where they end") {
    CHECK(range_of(0x1000, 0x9000) < range_of(0x2000, 0x3000));
    CHECK(range_of(0x1000, 0x2000) < range_of(0x1000, 0x3000));
}
