#include "report/diff/diff_report.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/printable.h"
#include "catch.h"
#include "report/diff/diff_table.h"
#include "support/made_process.h"
#include "text_parts.h"

using namespace nmtx;
using test::has;
using test::lines_with;

namespace {

// A diff whose every part has rows, some of them hostile.
struct MadeDiff {
    ProcessView first, second;
    Ledger before, after;
    Diff diff;

    MadeDiff() {
        for (ProcessView* view : {&first, &second}) {
            *view = made::Process(mib(100)).view;
            view->malloc_walk.emplace().headers = "canary";
        }
        second.header.taken_at = "2026-11-22T20:26:28Z";
        diff.seconds = 600;
        diff.rss = {mib(100), mib(116)};
        for (std::uint64_t i = 0; i < 20; ++i)
            diff.owners.push_back({"owner/" + std::to_string(i),
                                   {mib(20), Bytes(mib(20).value() + (20 - i) * 100'000)},
                                   i == 0});
        diff.owners.push_back({"shrunk", {mib(50), mib(30)}, false});
        diff.nmt.emplace();
        diff.nmt->committed = {mib(10), mib(20)};
        diff.nmt->categories = {{"Other", {mib(1), mib(9)}, {mib(1), mib(9)}, {mib(1), mib(9)}, {10, 12}},
                                {"Thread", {mib(20), mib(24)}, {mib(2), Bytes(mib(2).value() + 5)}, {}, {}}};
        diff.sites.emplace();
        diff.sites->sites = {{NmtSiteKind::malloc,
                              {"Unsafe_AllocateMemory0+0x86", "generated code", "evil\x1b[31m(void*)+0x1"},
                              "Other",
                              {mib(1), mib(9)},
                              {mib(1), mib(9)},
                              {10, 12}},
                             {NmtSiteKind::mmap, {"f+0x1"}, "Class", {mib(1), mib(5)}, {mib(1), mib(2)}, {}}};
        diff.malloc.emplace();
        diff.malloc->sizes = {{Bytes(1016), ChunkSum{1, kib(1), kib(1)}, ChunkSum{2049, mib(2), mib(2)}},
                              {Bytes(56), std::nullopt, ChunkSum{1, kib(512), kib(512)}}};
        diff.malloc->owners = {{"libevil\n.so", "", {}, {5, mib(3), mib(3)}}};
        diff.threads.emplace();
        diff.threads->threads = {3, 5};
        diff.threads->started = 3;
        diff.threads->ended = 1;
        diff.threads->pools = {{"worker-#", ThreadKind::java, {1, 3}, 3, 1, {}}};
        diff.classes_nmt = CountChange{700, 800};
        diff.mappings.emplace();
        diff.mappings->mappings = {{MappingFate::grown,
                                    range_of(0x10000, 0x20000),
                                    range_of(0x10000, 0x420000),
                                    {true, true, false, false},
                                    "/tmp/x\x1b]0;y",
                                    "malloc/arena",
                                    {mib(1), mib(5)}}};
        diff.notes = {"A note."};
    }
    std::string text(SizeScale scale = SizeScale::mib, bool all = false, std::size_t width = 100) {
        TextStyle style;
        style.width = width;
        ReportOptions options;
        options.all = all;
        return diff_text({&first, &before}, {&second, &after}, diff, scale, options, style);
    }
};

}  // namespace

TEST_CASE("diff report: RSS stands at the top, what changed most below, and how many rows more there are") {
    MadeDiff made;
    const std::string text = made.text();
    CHECK(has(text, "RSS +16.0 MiB (100.0 → 116.0 MiB)"));
    CHECK(has(text, " in 10 min: shrunk -20.0, "));
    CHECK(
        has(text,
            "  owner/0                                            20.0       21.9       +1.9  estimated\n"));
    CHECK(lines_with(text, "  owner/") == 11);
    CHECK(has(text, "  shrunk                                             50.0       30.0      -20.0\n"));
    CHECK(has(text, "9 more owners that changed (--all)"));
    const std::string all = made.text(SizeScale::mib, true);
    CHECK(lines_with(all, "  owner/") == 20);
    CHECK_FALSE(has(all, "more owners"));
    CHECK(has(text, "\n  A note.") == false);
    CHECK(has(text, "A note.\n"));
}

TEST_CASE("diff report: a category that is malloc alone has one line of sizes, others one for each figure") {
    MadeDiff made;
    const std::string text = made.text();
    CHECK(lines_with(text, "Other, malloc ") == 2);  // the category and the call site
    CHECK(lines_with(text, "Other, committed") == 0);
    CHECK(lines_with(text, "Other, blocks") == 1);
    CHECK(lines_with(text, "Thread, reserved") == 1);
    CHECK(lines_with(text, "Thread, committed") == 0);  // 5 bytes are nothing in MiB
    CHECK(lines_with(made.text(SizeScale::bytes), "Thread, committed") == 1);
    CHECK(lines_with(made.text(SizeScale::mib, true), "Other, committed") == 1);
}

TEST_CASE("diff report: call sites have their frames below them, mappings what became of them") {
    MadeDiff made;
    const std::string text = made.text();
    CHECK(has(text, "+8.0  +2 blocks\n      Unsafe_AllocateMemory0+0x86\n      generated code\n"));
    CHECK(has(text, "  Class, mmap reserved "));
    CHECK(has(text, "10000-420000 rw-p"));
    CHECK(has(text, "      grown by +4.0, malloc/arena: /tmp/x?]0;y\n"));
    CHECK(has(
        text,
        "worker-#                                              1          3         +2  3 started, 1 ended\n"));
    CHECK(has(text, "  - in other sizes"));
    CHECK(has(text, "NMT (with arrays)"));
}

TEST_CASE("diff report: where no block of malloc has come or gone, there is no table of them") {
    MadeDiff made;
    made.diff.malloc->owners.clear();
    made.diff.malloc->sizes = {
        {Bytes(56), ChunkSum{1, Bytes(64), Bytes(64)}, ChunkSum{1, Bytes(64), Bytes(64)}}};
    CHECK_FALSE(has(made.text(), "malloc blocks by"));
    CHECK(has(made.text(SizeScale::mib, true), "untracked malloc blocks by size"));
}

TEST_CASE("diff report: sizes come in the unit that was asked for") {
    MadeDiff made;
    CHECK(has(made.text(SizeScale::bytes), "RSS +16,777,216 bytes (104,857,600 → 121,634,816 bytes)"));
    CHECK(has(made.text(SizeScale::kib), "RSS +16,384 KiB (102,400 → 118,784 KiB)"));
    CHECK(has(made.text(SizeScale::gib), "RSS +0.016 GiB (0.098 → 0.113 GiB)"));
    CHECK(size_scale_named("g") == SizeScale::gib);
    CHECK_FALSE(size_scale_named("t").has_value());
}

TEST_CASE("diff report: no line is wider than the terminal, none has a control character") {
    MadeDiff made;
    made.diff.same_process = false;
    made.diff.differences = {"pid 1 and pid 2", "running /a\x1b and /b"};
    for (const std::size_t width : {40U, 72U, 100U, 160U}) {
        for (const SizeScale scale : {SizeScale::bytes, SizeScale::mib}) {
            std::istringstream lines(made.text(scale, true, width));
            for (std::string line; std::getline(lines, line);) {
                INFO(line);
                CHECK(display_width(line) <= width);
                CHECK(printable(line) == line);
            }
        }
    }
}

TEST_CASE("diff report: two processes are said to be two, above everything else") {
    MadeDiff made;
    made.diff.same_process = false;
    made.diff.differences = {"started at different times"};
    made.diff.mappings.reset();
    const std::string text = made.text();
    CHECK(has(text, "Two different processes: started at different times.\n"));
    CHECK(text.find("Two different processes") < text.find("RSS "));
    CHECK_FALSE(has(text, "3 started"));
}

TEST_CASE("diff report: JSON has every row, in bytes, and null for what was not compared") {
    MadeDiff made;
    const Moment before{&made.first, &made.before}, after{&made.second, &made.after};
    const auto json = nlohmann::json::parse(json_diff(before, after, made.diff));
    CHECK(json["schema"] == 2);
    CHECK(json["rss"]["change_bytes"] == 16 << 20);
    CHECK(json["owners"].size() == 21);
    CHECK(json["owners"][20]["change_bytes"] == -20 * (1 << 20));
    CHECK(json["nmt"]["categories"][0]["blocks"]["change"] == 2);
    CHECK(json["call_sites"]["sites"][0]["frames"][2] == "evil?[31m(void*)+0x1");
    CHECK(json["call_sites"]["sites"][1]["blocks"].is_null());
    CHECK(json["malloc"]["sizes"][1]["before"].is_null());
    CHECK(json["threads"]["pools"][0]["started"] == 3);
    CHECK(json["mappings"]["changed"][0]["after"]["end"] == "420000");
    CHECK(json["classes"]["hsperfdata"].is_null());
    made.diff = Diff();
    CHECK(nlohmann::json::parse(json_diff(before, after, made.diff))["call_sites"].is_null());
}
