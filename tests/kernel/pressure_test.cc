#include "kernel/pressure.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("pressure: the share of the last ten seconds in which some task waited") {
    CHECK(some_pressure("some avg10=1.53 avg60=0.87 avg300=0.22 total=12345\n"
                        "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n") == 1.53);
    CHECK(some_pressure("full avg10=7.00\nsome avg10=2.00") == 2);
}

TEST_CASE("pressure: other texts have none") {
    for (const char* text : {"", "some", "some avg10=", "some avg10=x", "some avg10=nan", "some avg10=-1",
                             "some avg10=101", "full avg10=1.00\n"})
        CHECK(some_pressure(text) == std::nullopt);
}
