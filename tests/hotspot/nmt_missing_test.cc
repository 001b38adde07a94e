#include "hotspot/nmt/nmt_missing.h"

#include "catch.h"

using namespace nmtx;

namespace {

NmtReport report_of_sizes(std::uint64_t total_kb, std::initializer_list<std::uint64_t> categories_kb) {
    NmtReport report;
    report.committed = kib(total_kb);
    for (const std::uint64_t kb : categories_kb) {
        NmtCategory category;
        category.name = "Category " + std::to_string(report.categories.size());
        category.committed = kib(kb);
        category.malloc = kib(kb / 2);
        report.categories.push_back(std::move(category));
    }
    return report;
}

}  // namespace

TEST_CASE("NMT that is cut: what its categories do not make up of the total is missing") {
    const auto missing = missing_categories(report_of_sizes(350000, {65536, 20464}));
    REQUIRE(missing);
    CHECK(missing->shown == kib(86000));
    CHECK(missing->missing == kib(264000));
    CHECK(share_shown(*missing) == "its categories are 84.0 of 341.8 MiB committed (24.6 %)");
}

TEST_CASE("NMT that is whole: each category may be off by one unit") {
    CHECK_FALSE(missing_categories(report_of_sizes(1003, {500, 500})));
    CHECK(missing_categories(report_of_sizes(1004, {500, 500})));
    NmtReport in_mb = report_of_sizes(0, {});
    in_mb.unit = mib(1);
    in_mb.committed = mib(348);
    for (const std::uint64_t size : {256U, 1U, 3U, 7U, 46U, 16U, 16U}) {
        NmtCategory category;
        category.committed = mib(size);
        in_mb.categories.push_back(category);
    }
    CHECK_FALSE(missing_categories(in_mb));
}

TEST_CASE("NMT that is cut: the malloc of its missing categories is not known, unless the total tells it") {
    NmtReport report = report_of_sizes(1000, {100});
    NmtMallocBounds bounds = malloc_bounds(report);
    CHECK(bounds.least == kib(50));
    CHECK(bounds.most == kib(950));
    report.malloc = kib(400);
    bounds = malloc_bounds(report);
    CHECK(bounds.least == kib(400));
    CHECK(bounds.most == kib(400));
}
