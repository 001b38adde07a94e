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
