// Tests of jemalloc's statistics and of the reports of its profiler.
#include "allocator/jemalloc_stats.h"

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::string_view jemalloc_text = R"(___ Begin jemalloc statistics ___
Version: "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c"
  opt.background_thread: false (background_thread: false)
  opt.dirty_decay_ms: 10000 (arenas.dirty_decay_ms: -1)
Arenas: 9
Page size: 4096
Allocated: 17394176, active: 155627520, metadata: 6432896 (n_thp 0), resident: 161976320, mapped: 168210432, retained: 17387520
Merged arenas stats:
decaying:  time       npages       sweeps     madvises       purged
   dirty:   N/A          512            0            0            0
   muzzy:   N/A            0            0            0            0
arenas[0]:
   dirty: 10000          512            0            0            0
--- End jemalloc statistics ---
)";

}  // namespace

TEST_CASE("jemalloc: totals, options in effect, and the dirty pages of all arenas") {
    const auto read = parse_jemalloc_stats(jemalloc_text);
    REQUIRE(read);
    CHECK(read->version == "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c");
    CHECK(read->allocated == Bytes(17394176));
    CHECK(read->active == Bytes(155627520));
    CHECK(read->metadata == Bytes(6432896));
    CHECK(read->resident == Bytes(161976320));
    CHECK(read->mapped == Bytes(168210432));
    CHECK(read->retained == Bytes(17387520));
    CHECK(read->dirty == mib(2));
    CHECK(read->arenas == 9U);
    CHECK(read->dirty_decay_ms == -1);
    CHECK(read->background_thread == false);
    CHECK(read->whole);
    for (std::size_t n = 0; n <= jemalloc_text.size(); ++n) {
        const auto cut = parse_jemalloc_stats(jemalloc_text.substr(0, n));
        if (!cut) CHECK(cut.error().where == "jemalloc statistics:1");
    }
}

TEST_CASE("jemalloc: release 3 has no resident, and without merged statistics arenas are summed up") {
    const auto old = parse_jemalloc_stats("Allocated: 1000, active: 8192, mapped: 4194304\n");
    REQUIRE(old);
    CHECK(old->active == Bytes(8192));
    CHECK_FALSE(old->resident);
    CHECK_FALSE(old->whole);
    const auto two = parse_jemalloc_stats(
        "Page size: 4096\nAllocated: 1, active: 4096\narenas[0]:\n   dirty: 10000 3 0 0 0\narenas[1]:\n   "
        "dirty: 10000 4 0 0 0\n");
    REQUIRE(two);
    CHECK(two->dirty == kib(28));
}

TEST_CASE("jemalloc: the same as JSON") {
    constexpr std::string_view json =
        R"({"jemalloc":{"version":"5.3.0-0-g54","opt":{"background_thread":true,"dirty_decay_ms":-1},"arenas":{"narenas":9},"stats":{"allocated":17394176,"active":155627520,"metadata":4335600,"metadata_thp":0,"resident":159875072,"mapped":161918976,"retained":17387520}}})";
    const auto read = parse_jemalloc_stats(json);
    REQUIRE(read);
    CHECK(read->resident == Bytes(159875072));
    CHECK(read->background_thread == true);
    CHECK(read->dirty_decay_ms == -1);
    for (std::size_t n = 0; n <= json.size(); ++n) static_cast<void>(parse_jemalloc_stats(json.substr(0, n)));
}

TEST_CASE("jeprof: megabytes, bytes, and numbers of blocks are not mixed up") {
    const auto megabytes = parse_jeprof("Total: 16.3 MB\n    16.3  99.5%  99.5%     16.3  99.5% main\n");
    REQUIRE(megabytes);
    CHECK(megabytes->unit == JeprofUnit::megabytes);
    CHECK(megabytes->total == Bytes(17091788));
    CHECK(megabytes->rows[0].function == "main");
    CHECK(megabytes->rows[0].flat_percent == Approx(99.5));
    const auto bytes = parse_jeprof("Total: 17133463 B\n17051543  99.5%  99.5% 17051543  99.5% main\n");
    REQUIRE(bytes);
    CHECK(bytes->rows[0].flat == Bytes(17051543));
    const auto objects = parse_jeprof("Total: 19597 objects\n 19596 100.0% 100.0% 19596 100.0% main\n");
    REQUIRE(objects);
    CHECK_FALSE(objects->total);
    CHECK_FALSE(objects->rows[0].flat);
    const auto alone = parse_jeprof(" 19596 100.0% 100.0% 19596 100.0% main\n");
    REQUIRE(alone);
    CHECK(alone->unit == JeprofUnit::unknown);
    CHECK(parse_jeprof("    16.3  99.5%  99.5%     16.3  99.5% main\n")->unit == JeprofUnit::megabytes);
    CHECK(parse_jeprof("none\n").error().where == "jeprof:1");
    constexpr std::string_view row = "    16.3  99.5%  99.5%     16.3  99.5% std::f(int, char)";
    for (std::size_t n = 0; n <= row.size(); ++n) static_cast<void>(parse_jeprof(row.substr(0, n)));
}
