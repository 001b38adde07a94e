#include "change/series_key.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("series: each has one text, with the owner's or the category's name") {
    CHECK(text_of({Series::rss}) == "rss");
    CHECK(text_of({Series::owner, "malloc/untracked/libz.so.1"}) == "malloc/untracked/libz.so.1");
    CHECK(text_of({Series::malloc_live_untracked}) == "malloc live untracked");
    CHECK(text_of({Series::malloc_live}) == "malloc live");
    CHECK(text_of({Series::malloc_free_kept}) == "malloc free kept");
    CHECK(text_of({Series::java_heap_used}) == "java heap used");
    CHECK(text_of({Series::threads}) == "threads");
    CHECK(text_of({Series::nmt_committed}) == "nmt committed");
    CHECK(text_of({Series::nmt_malloc}) == "nmt malloc");
    CHECK(text_of({Series::nmt_category_committed, "Other"}) == "nmt committed/Other");
}
