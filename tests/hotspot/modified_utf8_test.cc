#include "hotspot/threads/modified_utf8.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("modified UTF-8: a pair of surrogates is one character, C0 80 is NUL, all else stays") {
    CHECK(utf8_of_modified("a\xed\xa0\xbd\xed\xb8\x80z") == "a\xf0\x9f\x98\x80z");  // U+1F600
    CHECK(utf8_of_modified("a\xc0\x80z") == std::string("a\0z", 3));
    CHECK(utf8_of_modified("\xe3\x82\xb9-\xc3\xa9") == "\xe3\x82\xb9-\xc3\xa9");
    for (const std::string half :
         {"\xed\xa0\xbd", "\xed\xa0\xbdx", "\xed\xb8\x80", "\xed", "\xc0", "\xed\xa0\xbd\xed"})
        CHECK(utf8_of_modified(half) == half);
}
