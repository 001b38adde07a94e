#include "change/series.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("series: what lies below a path is told by whole names") {
    CHECK(is_below("malloc/free/top", "malloc/free"));
    CHECK(is_below("malloc/free", "malloc/free"));
    CHECK(is_below("malloc/free", ""));
    CHECK_FALSE(is_below("malloc/freed", "malloc/free"));
    CHECK_FALSE(is_below("malloc", "malloc/free"));
}
