#include "allocator/malloc_info.h"

#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

// glibc 2.36, three threads that freed half of what they took.
constexpr std::string_view malloc_info_text = R"(<malloc version="1">
<heap nr="0">
<sizes>
</sizes>
<total type="fast" count="0" size="0"/>
<total type="rest" count="1" size="129536"/>
<system type="current" size="135168"/>
<system type="max" size="135168"/>
<aspace type="total" size="135168"/>
<aspace type="mprotect" size="135168"/>
</heap>
<heap nr="1">
<sizes>
  <size from="97" to="112" total="112" count="1"/>
  <unsorted from="145" to="3105" total="806657" count="497"/>
</sizes>
<total type="fast" count="4" size="496"/>
<total type="rest" count="498" size="807665"/>
<system type="current" size="1617920"/>
<system type="max" size="1617920"/>
<aspace type="total" size="1617920"/>
<aspace type="mprotect" size="1617920"/>
<aspace type="subheaps" size="1"/>
</heap>
<total type="fast" count="4" size="496"/>
<total type="rest" count="499" size="937201"/>
<total type="mmap" count="1" size="1052672"/>
<system type="current" size="1753088"/>
<system type="max" size="1753088"/>
<aspace type="total" size="1753088"/>
<aspace type="mprotect" size="1753088"/>
</malloc>
)";

constexpr std::string_view malloc_stats_text = R"(Arena 0:
system bytes     =     135168
in use bytes     =       5632
Arena 1:
system bytes     =    2801664   # retained
in use bytes     =    1618288
Total (incl. mmap):
system bytes     =    5607424
in use bytes     =    3486848
max mmap regions =          1
max mmap bytes   =    1052672
)";

}  // namespace

TEST_CASE("malloc_info: heaps, their size classes and the totals") {
    const auto parsed = parse_malloc_info(malloc_info_text);
    REQUIRE(parsed);
    CHECK(parsed->whole);
    CHECK(parsed->not_understood.empty());
    REQUIRE(parsed->heaps.size() == 2);
    const MallocInfoHeap& second = parsed->heaps[1];
    CHECK(second.nr == 1);
    CHECK(second.whole);
    REQUIRE(second.sizes.size() == 2);
    CHECK(second.sizes[0].to == 112);
    CHECK(second.sizes[1].unsorted);
    CHECK(second.sizes[1].chunks == MallocCount{497, Bytes(806657)});
    CHECK(second.figures.subheaps == 1);
    CHECK(second.figures.in_use() == Bytes(1617920 - 807665 - 496));
    CHECK(parsed->total.mmap == MallocCount{1, Bytes(1052672)});
    CHECK(parsed->total.system == Bytes(1753088));
    const MallocInfoFigures sum = parsed->sum();
    CHECK(sum.system == parsed->total.system);
    CHECK(sum.rest == parsed->total.rest);
    CHECK(sum.fast == parsed->total.fast);
}

TEST_CASE("malloc_info: without fast bins, on one line, with remarks, cut") {
    std::string one_line(malloc_info_text);
    for (char& c : one_line) c = c == '\n' ? ' ' : c;
    const auto joined = parse_malloc_info(one_line);
    REQUIRE(joined);
    CHECK(joined->whole);
    CHECK(joined->heaps.size() == 2);
    CHECK(joined->not_understood.empty());

    const auto newer = parse_malloc_info(
        "<heap nr=\"3\">\n<total type=\"rest\" count=\"1\" size=\"100\"/> <- free\n<system type=\"current\" "
        "size=\"300\"/>\nhello\n");
    REQUIRE(newer);
    CHECK_FALSE(newer->whole);
    CHECK_FALSE(newer->heaps[0].whole);
    CHECK(newer->heaps[0].figures.in_use() == Bytes(200));
    const std::vector<UnreadText> expected{{2, "<- free", true}, {4, "hello", false}};
    CHECK(newer->not_understood.texts() == expected);
}

TEST_CASE("malloc_stats: arenas and the whole") {
    const auto parsed = parse_malloc_stats(malloc_stats_text);
    REQUIRE(parsed);
    REQUIRE(parsed->arenas.size() == 2);
    CHECK(parsed->arenas[1].system == Bytes(2801664));
    CHECK(parsed->arenas[1].in_use == Bytes(1618288));
    CHECK(parsed->system == Bytes(5607424));
    CHECK(parsed->most_mmaps == 1);
    CHECK(parsed->most_mmapped == Bytes(1052672));
    CHECK(parsed->not_understood.texts() == std::vector<UnreadText>{{5, "# retained", true}});
    const auto cut =
        parse_malloc_stats("in use bytes     =    1618288\nTotal (incl. mmap):\nsystem bytes = 5\n");
    REQUIRE(cut);
    CHECK(cut->system == Bytes(5));
    CHECK(cut->not_understood.texts().size() == 1);
}

TEST_CASE("malloc_info and malloc_stats: every prefix gives a value or an error") {
    for (const std::string_view text : {malloc_info_text, malloc_stats_text}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const std::string_view part = text.substr(0, n);
            if (const auto parsed = parse_malloc_info(part); !parsed)
                CHECK(parsed.error().where.starts_with("malloc_info:"));
            if (const auto parsed = parse_malloc_stats(part); !parsed)
                CHECK(parsed.error().where.starts_with("malloc_stats:"));
        }
    }
}
