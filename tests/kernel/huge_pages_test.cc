#include "kernel/huge_pages.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("huge pages: the mode is the word in brackets") {
    CHECK(parse_thp_mode("always [madvise] never\n").value() == ThpMode::madvise);
    CHECK(parse_thp_mode("[always] madvise never\n").value() == ThpMode::always);
    CHECK(parse_thp_mode("always madvise [never]").value() == ThpMode::never);
    CHECK(name_of(ThpMode::madvise) == "madvise");
}

TEST_CASE("huge pages: another text is an error that quotes it") {
    for (const char* text : {"", "always madvise never\n", "[often]", "[always"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_thp_mode(text));
    }
    CHECK(to_string(parse_thp_mode("[often]").error()).find("[often]") != std::string::npos);
}
