#include "documents/java_threads.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("java threads: what is written is read again, by ids, names of any bytes") {
    JavaThreadList list;
    list.threads = {{24, "C2 CompilerThread0", "RUNNABLE", "com.acme.Ledger.post, level 4"},
                    {17, "", "", ""},
                    {31, std::nullopt, "WAITING (parking)", ""},
                    {40, "\xff\"\n\x1b", "NEW", ""}};
    const auto read = parse_java_threads(format_java_threads(list)).value();
    REQUIRE(read.threads.size() == 4);
    CHECK(read.threads[0].id == 17);
    REQUIRE(read.threads[0].name);
    CHECK(read.threads[0].name->empty());
    CHECK(read.find(24)->compiling == "com.acme.Ledger.post, level 4");
    CHECK_FALSE(read.find(31)->name);
    CHECK(read.find(40)->name == "\xff\"\n\x1b");
    CHECK(read.find(41) == nullptr);
    CHECK(read.unnamed() == 1);
    CHECK(read.names_missing.empty());
}

TEST_CASE("java threads: why there are no names is kept, and what is no list is an error") {
    JavaThreadList list;
    list.names_missing = "its garbage collector moves objects while Java threads run";
    CHECK(parse_java_threads(format_java_threads(list))->names_missing == list.names_missing);
    CHECK(parse_java_threads(R"({"format": 2})").error().what == "has format 2; this nmtx reads 1");
    CHECK(parse_java_threads(R"({"format": 1, "threads": [{"id": -1}]})").error().what ==
          "threads[0].id: expected a whole number, found number");
    CHECK_FALSE(parse_java_threads("[]"));
}
