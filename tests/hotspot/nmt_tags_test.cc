#include "hotspot/nmt/nmt_tags.h"

#include <set>

#include "catch.h"

using namespace nmtx;

namespace {

NmtReport report_of_tags(std::span<const std::string_view> names, std::uint64_t blocks_of_first) {
    NmtReport report;
    std::uint64_t blocks = blocks_of_first;
    for (const std::string_view name : names) {
        NmtCategory category;
        category.name = std::string(name);
        category.malloc_count = blocks;
        blocks += 1000;
        report.categories.push_back(category);
    }
    return report;
}

std::vector<TagCount> counts(std::size_t tags, std::uint64_t blocks_of_first) {
    std::vector<TagCount> found(64);
    for (std::size_t i = 0; i < tags; ++i) found[i].blocks = blocks_of_first + i * 1000;
    return found;
}

}  // namespace

TEST_CASE("nmt tags: a release between two tables has the older one, one beyond all the newest") {
    CHECK(nmt_tags(8).size() == 16);
    CHECK(nmt_tags(9).data() == nmt_tags(8).data());
    CHECK(nmt_tags(16).data() == nmt_tags(11).data());
    CHECK(nmt_tags(20).data() == nmt_tags(17).data());
    CHECK(nmt_tags(25).data() == nmt_tags(21).data());
    CHECK(nmt_tags(40).data() == nmt_tags(27).data());
    CHECK(nmt_tags(0).data() == nmt_tags(8).data());
}

TEST_CASE("nmt tags: each table begins with the heap, ends with Unknown and names each category once") {
    for (const int feature : {8, 11, 17, 21, 26, 27}) {
        CAPTURE(feature);
        const auto names = nmt_tags(feature);
        CHECK(names.front() == "Java Heap");
        CHECK(names.back() == "Unknown");
        CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
    }
}

TEST_CASE("nmt tags: the table that agrees with what was found is taken, whatever the release") {
    for (const int is : {8, 11, 17, 21, 26, 27}) {
        const auto names = nmt_tags(is);
        const NmtReport report = report_of_tags(names, 5000);
        for (const int says : {8, 11, 17, 21, 26, 27}) {
            CAPTURE(is, says);
            CHECK(nmt_tags_by_figures(says, report, counts(names.size(), 5000)).data() == names.data());
        }
    }
}

TEST_CASE("nmt tags: where the figures differ a little, or there are none, the release decides") {
    const auto names = nmt_tags(21);
    CHECK(nmt_tags_by_figures(21, report_of_tags(names, 5000), counts(names.size(), 5003)).data() ==
          names.data());
    CHECK(nmt_tags_by_figures(21, NmtReport(), counts(names.size(), 5000)).data() == names.data());
    CHECK(nmt_tags_by_figures(21, report_of_tags(names, 5000), {}).data() == names.data());
}

TEST_CASE("nmt tags: an Arena Chunk without a count, as 8 and 11 print it, disagrees with nothing") {
    const auto names = nmt_tags(11);
    NmtReport report = report_of_tags(names, 10);
    for (NmtCategory& category : report.categories) {
        if (category.name == "Arena Chunk") category.malloc_count.reset();
    }
    CHECK(nmt_tags_by_figures(11, report, counts(names.size(), 10)).data() == names.data());
}

TEST_CASE("nmt tags: releases have in common what all of them name alike, and nothing else") {
    const auto common = nmt_tags_in_common(17, newest_nmt_tags);
    REQUIRE(common.size() == nmt_tags(17).size());
    CHECK(common[0] == "Java Heap");
    CHECK(common[5] == "GC");
    // 9 is Other on 17, Internal on 21, Other again on 27.
    for (const std::size_t differing : {6U, 8U, 9U, 10U}) CHECK(common[differing].empty());
    CHECK(nmt_tags_in_common(8, 16)[9] == "Symbol");
}

TEST_CASE("nmt tags: a report tells the table only where just one agrees with it") {
    const auto names = nmt_tags(21);
    const NmtReport report = report_of_tags(names, 5000);
    const auto told = nmt_tags_told_by(report, counts(names.size(), 5000));
    REQUIRE(told.has_value());
    CHECK(told->data() == names.data());
    CHECK_FALSE(nmt_tags_told_by(report, counts(3, 100)).has_value());
    // As many blocks of two categories: number 8 is Other on 8, and Internal on 17.
    NmtReport few;
    few.categories.resize(2);
    few.categories[0].name = "Other";
    few.categories[1].name = "Internal";
    for (NmtCategory& category : few.categories) category.malloc_count = 7;
    std::vector<TagCount> of_one(64);
    of_one[8].blocks = 7;
    CHECK_FALSE(nmt_tags_told_by(few, of_one).has_value());
    // What every table names alike needs no release.
    few.categories.resize(1);
    few.categories[0].name = "GC";
    std::vector<TagCount> of_gc(64);
    of_gc[5].blocks = 7;
    REQUIRE(nmt_tags_told_by(few, of_gc).has_value());
    CHECK((*nmt_tags_told_by(few, of_gc))[5] == "GC");
}
