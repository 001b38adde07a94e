#include "base/cursor.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("cursor: take takes a literal or nothing") {
    Cursor cursor("abc");
    CHECK_FALSE(cursor.take("abd"));
    CHECK(cursor.rest() == "abc");
    CHECK(cursor.take("ab"));
    CHECK(cursor.rest() == "c");
    CHECK_FALSE(cursor.take("cd"));
    CHECK(cursor.take(""));
    CHECK(cursor.take("c"));
    CHECK(cursor.at_end());
}

TEST_CASE("cursor: decimal takes digits only, and nothing where they do not fit") {
    Cursor cursor("18446744073709551615x");
    CHECK(cursor.decimal() == UINT64_MAX);
    CHECK(cursor.rest() == "x");
    CHECK_FALSE(cursor.decimal().has_value());
    CHECK(cursor.rest() == "x");
    for (const std::string_view text : {"18446744073709551616", "-1", "+1", " 1", "", "x"}) {
        Cursor other(text);
        CHECK_FALSE(other.decimal().has_value());
        CHECK(other.rest() == text);
    }
}

TEST_CASE("cursor: signed decimal takes a minus") {
    Cursor cursor("-42 9223372036854775808");
    CHECK(cursor.signed_decimal() == -42);
    cursor.skip_blanks();
    CHECK_FALSE(cursor.signed_decimal().has_value());
    CHECK(Cursor("-9223372036854775808").signed_decimal() == INT64_MIN);
}

TEST_CASE("cursor: hex takes digits of both cases and no prefix") {
    CHECK(Cursor("ffffffffffffffff").hex() == UINT64_MAX);
    CHECK(Cursor("7F1a-").hex() == 0x7f1a);
    CHECK_FALSE(Cursor("10000000000000000").hex().has_value());
    Cursor cursor("0x10");
    CHECK(cursor.hex() == 0);
    CHECK(cursor.rest() == "x10");
}

TEST_CASE("cursor: a number of hexadecimal digits is the whole text") {
    CHECK(number_of_hex("7F1a") == 0x7f1a);
    for (const char* text : {"", "7f1a ", "0x7f1a", "-1", "10000000000000000"})
        CHECK_FALSE(number_of_hex(text).has_value());
}

TEST_CASE("cursor: a word ends at a blank or a tab, until ends before its stop") {
    Cursor cursor("one\ttwo  three:four");
    CHECK(cursor.word() == "one");
    CHECK(cursor.word().empty());
    cursor.skip_blanks();
    CHECK(cursor.word() == "two");
    cursor.skip_blanks();
    CHECK_FALSE(cursor.until(";").has_value());
    CHECK(cursor.until(":") == "three");
    CHECK(cursor.rest() == ":four");
    CHECK(cursor.until(":") == "");
}

TEST_CASE("trim: blanks, tabs and carriage returns go at both ends") {
    CHECK(trim(" \ta b\r ") == "a b");
    CHECK(trim(" \t\r").empty());
    CHECK(trim("").empty());
    CHECK(trim("\n") == "\n");
}
