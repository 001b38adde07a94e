#include "base/grouped_number.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("grouped number: groups of three with one separator, whichever it is") {
    for (const std::string_view text :
         {"9,017,601,784", "9.017.601.784", "9 017 601 784", "9'017'601'784", "9_017_601_784",
          "9\xE2\x80\xAF"
          "017\xE2\x80\xAF"
          "601\xE2\x80\xAF"
          "784",
          "9017601784"}) {
        CAPTURE(text);
        Cursor cursor(text);
        const auto number = take_grouped_number(cursor);
        REQUIRE(number);
        CHECK(number->value == 9017601784U);
        CHECK_FALSE(number->may_be_fraction);
        CHECK(cursor.at_end());
    }
}

TEST_CASE("grouped number: what is no group of three is left behind it") {
    const auto rest_of = [](std::string_view text, std::uint64_t value) {
        Cursor cursor(text);
        const auto number = take_grouped_number(cursor);
        REQUIRE(number);
        CHECK(number->value == value);
        return cursor.rest();
    };
    CHECK(rest_of("12, committed=7", 12) == ", committed=7");
    CHECK(rest_of("1,23", 1) == ",23");
    CHECK(rest_of("1,2345", 1) == ",2345");
    CHECK(rest_of("1234,567", 1234) == ",567");
    CHECK(rest_of("1,234.567", 1234) == ".567");
    CHECK(rest_of("41 +2", 41) == " +2");
}

TEST_CASE("grouped number: one group behind a point may be a fraction, and too large a number is none") {
    Cursor point("1.234");
    CHECK(take_grouped_number(point)->may_be_fraction);
    Cursor comma("1,234");
    CHECK_FALSE(take_grouped_number(comma)->may_be_fraction);
    Cursor large("18,446,744,073,709,551,616");
    CHECK_FALSE(take_grouped_number(large));
    CHECK(large.rest() == "18,446,744,073,709,551,616");
    Cursor none("x");
    CHECK_FALSE(take_grouped_number(none));
}
