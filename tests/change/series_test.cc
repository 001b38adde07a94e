#include "change/series.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("series: the Java heap's use is the sum over generations and spaces") {
    HsPerfData perf;
    CHECK_FALSE(java_heap_used(perf));
    perf.counters["sun.gc.generation.0.space.0.used"] = std::int64_t{100};
    perf.counters["sun.gc.generation.0.space.2.used"] = std::int64_t{20};
    perf.counters["sun.gc.generation.1.space.0.used"] = std::int64_t{3};
    perf.counters["sun.gc.metaspace.used"] = std::int64_t{5000};
    CHECK(java_heap_used(perf) == Bytes(123));
    CHECK_FALSE(collections_done(perf));
    perf.counters["sun.gc.collector.0.invocations"] = std::int64_t{4};
    perf.counters["sun.gc.collector.2.invocations"] = std::int64_t{1};
    CHECK(collections_done(perf) == 5U);
    perf.counters["sun.gc.collector.1.invocations"] = std::int64_t{-7};  // no count is negative
    CHECK(collections_done(perf) == 5U);
}

TEST_CASE("series: what lies below a path is told by whole names") {
    CHECK(is_below("malloc/free/top", "malloc/free"));
    CHECK(is_below("malloc/free", "malloc/free"));
    CHECK(is_below("malloc/free", ""));
    CHECK_FALSE(is_below("malloc/freed", "malloc/free"));
    CHECK_FALSE(is_below("malloc", "malloc/free"));
}
