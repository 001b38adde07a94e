#include "base/amounts.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("amounts: what rounds to nothing has no sign") {
    CHECK(decimals(-0.4, 0) == "0");
    CHECK(decimals(-0.6, 0) == "-1");
    CHECK(decimals(-0.0, 1) == "0.0");
    CHECK(decimals(-0.04, 1) == "0.0");
    CHECK(decimals(-0.06, 1) == "-0.1");
    CHECK(decimals(0.04, 1) == "0.0");
    CHECK(decimals(-0.00001, 4) == "0.0000");
    CHECK(signed_decimals(-0.04, 1) == "0.0");
    CHECK(signed_decimals(0.04, 1) == "0.0");
    CHECK(signed_decimals(-0.06, 1) == "-0.1");
    CHECK(signed_decimals(12.34, 1) == "+12.3");
    CHECK(in_mib(Delta{-1}) == "0.0");
    CHECK(in_mib(Delta{-26'319'258}) == "-25.1");
}
