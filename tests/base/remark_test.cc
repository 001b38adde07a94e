#include "base/remark.h"

#include "base/not_understood.h"
#include "catch.h"

using namespace nmtx;

TEST_CASE("remark: what people set behind a line is told from the line") {
    const auto remark = [](std::string_view line) { return split_remark(line).remark; };
    CHECK(remark("[ anon ] <1>") == "<1>");
    CHECK(remark("[ heap ]   <--- native heap") == "<--- native heap");
    CHECK(remark("2032 kB    # entire stack") == "# entire stack");
    CHECK(remark("132 kB // main arena") == "// main arena");
    CHECK(remark("132 kB \u2190 here") == "\u2190 here");
    CHECK(split_remark("2032 kB    # entire stack").text == "2032 kB");
    CHECK(remark("2032 kB << here") == "<< here");
    CHECK(remark("2032 kB !!!") == "!!!");
    CHECK(split_arrow("GC 24M   <-- here").text == "GC 24M");
    CHECK(split_arrow("kernel: <4>[ 1.2] Out of memory # 1").remark.empty());
    CHECK(split_remark_of_amount("VmRSS:  2345 kB (2.3 MB)").text == "VmRSS:  2345 kB");
    CHECK(split_remark_of_amount("VmRSS:  2345 kB (2.3 MB)").remark == "(2.3 MB)");
    CHECK(split_remark_of_amount("VmRSS:  2345 kB").text == "VmRSS:  2345 kB");
    CHECK(split_remark_of_amount("Name:  a kB b").remark == "b");
}

TEST_CASE("remark: names that hold such characters are left whole") {
    for (const std::string_view line :
         {"/opt/a#b/lib.so", "/memfd:<x> (deleted)", "/a//b", "C2 CompilerThre#0", "a < b", ""}) {
        CAPTURE(line);
        CHECK(split_remark(line).remark.empty());
        CHECK(split_remark(line).text == line);
    }
}

TEST_CASE("not understood: a thousand texts are kept, the others counted") {
    NotUnderstood all;
    for (std::size_t i = 0; i < NotUnderstood::most + 5; ++i) all.add_line(i + 1, "x");
    all.add_remark(1, "");
    CHECK(all.texts().size() == NotUnderstood::most);
    CHECK(all.left_out() == 5);
    NotUnderstood sum;
    sum.add_all(all, 10);
    CHECK(sum.texts().front() == UnreadText{11, "x", false});
    CHECK(sum.left_out() == 5);
}
