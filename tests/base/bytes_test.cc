#include "base/bytes.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("bytes: sums saturate at the top") {
    CHECK(Bytes(1) + Bytes(2) == Bytes(3));
    CHECK(Bytes(UINT64_MAX) + Bytes(1) == Bytes(UINT64_MAX));
    CHECK(Bytes(UINT64_MAX - 1) + Bytes(1) == Bytes(UINT64_MAX));
    CHECK(Bytes(UINT64_MAX) + Bytes(UINT64_MAX) == Bytes(UINT64_MAX));
}

TEST_CASE("bytes: kib and mib are powers of two and saturate") {
    CHECK(kib(3).value() == 3072);
    CHECK(mib(3).value() == 3145728);
    CHECK(kib(UINT64_MAX / 1024).value() == UINT64_MAX - 1023);
    CHECK(kib(UINT64_MAX / 1024 + 1).value() == UINT64_MAX);
    CHECK(mib(UINT64_MAX / 1024 + 1).value() == UINT64_MAX);
    CHECK(mib(UINT64_MAX / (1024 * 1024) + 1).value() == UINT64_MAX);
}

TEST_CASE("bytes: a difference has a sign, minus_or_zero has none") {
    CHECK(difference(kib(3), kib(1)) == Delta{2048});
    CHECK(difference(kib(1), kib(3)) == Delta{-2048});
    CHECK(minus_or_zero(kib(3), kib(1)) == kib(2));
    CHECK(minus_or_zero(kib(1), kib(3)) == Bytes());
    CHECK(minus_or_zero(kib(1), kib(1)) == Bytes());
}

TEST_CASE("bytes: amounts compare by size") {
    CHECK(kib(1) < Bytes(1025));
    CHECK(kib(1024) == mib(1));
}

TEST_CASE("differences saturate as sums do") {
    const Bytes most(~std::uint64_t{0});
    CHECK(difference(most, Bytes()).value == std::numeric_limits<std::int64_t>::max());
    CHECK(difference(Bytes(), most).value == -std::numeric_limits<std::int64_t>::max());
    CHECK(difference(Bytes(3), Bytes(5)).value == -2);
}
