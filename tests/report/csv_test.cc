#include "report/style/csv.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("csv: a list in JSON as rows, in the order of its keys") {
    const std::string json = R"({"schema": 2, "owners": [
        {"path": "malloc/untracked", "resident_bytes": 12, "estimated": false, "pieces": null},
        {"path": "jvm/gc", "resident_bytes": 3, "estimated": true, "pieces": 1}]})";
    CHECK(csv_of(json, "/owners").value() ==
          "path,resident_bytes,estimated,pieces\nmalloc/untracked,12,false,\njvm/gc,3,true,1\n");
    CHECK(csv_of(R"([{"pid": 1}])", "").value() == "pid\n1\n");
    CHECK(csv_of(R"([])", "").value().empty());
}

TEST_CASE("csv: an object in a row has a column for each member, also where it is null in another row") {
    const std::string json = R"([{"tid": 1, "stack": null, "cpu": 2, "frames": ["a"]},
                                 {"tid": 2, "stack": {"used": 5, "swap": 0}, "cpu": 3, "frames": []}])";
    CHECK(csv_of(json, "").value() == "tid,stack.used,stack.swap,cpu\n1,,,2\n2,5,0,3\n");
}

TEST_CASE("csv: a list that is not there is an error, not an empty table") {
    CHECK_FALSE(csv_of(R"({"malloc": null})", "/malloc/untracked").has_value());
    CHECK_FALSE(csv_of(R"({"owners": 3})", "/owners").has_value());
    CHECK_FALSE(csv_of("no JSON", "").has_value());
}

TEST_CASE("csv: fields are quoted where they have to be, and no name becomes a formula") {
    CHECK(csv_field("plain") == "plain");
    CHECK(csv_field("a,b") == "\"a,b\"");
    CHECK(csv_field("a \"b\"") == "\"a \"\"b\"\"\"");
    CHECK(csv_field("=1+1") == "'=1+1");
    CHECK(csv_of(R"([{"name": "=cmd|' /C calc'!A0,x"}])", "").value() == "name\n\"'=cmd|' /C calc'!A0,x\"\n");
}
