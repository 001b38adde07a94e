#include <string>

#include "catch.h"
#include "kernel/mappings/smaps.h"

using namespace nmtx;

namespace {

constexpr std::string_view remarked = R"(fffced200000-fffced204000 ---p 00000000 00:00 0 
Size:                16 kB     # guard
KernelPageSize:       4 kB
...
fffced204000-fffced400000 rw-p 00000000 00:00 0      <--- the stack
Size:              2032 kB    # stack space
Rss:               2032 kB    # all of it
Swap:                 4 kB
VmFlags: rd wr mr mw me ac 
)";

constexpr std::string_view maps = R"(f0000000-ffe00000 rw-p 00000000 00:00 0 
ffe00000-ffe75000 rw-p 00c77000 fe:00 318054                             /usr/lib/jvm/java-17/lib/server/classes.jsa
7f63486ea000-7f6348915000 r--p 00000000 fe:00 317960                     /usr/lib/jvm/java-17/lib/server/libjvm.so <1>
7ffc21e75000-7ffc21e96000 rw-p 00000000 00:00 0                          [stack]
)";

constexpr std::string_view rollup =
    R"(f0000000-7ffc21e96000 ---p 00000000 00:00 0                              [rollup]
Rss:               88884 kB
Pss:               85635 kB
Pss_Dirty:         68180 kB
Pss_Anon:          68148 kB
Pss_File:          17487 kB   # libraries
Referenced:        88884 kB
Swap:                  0 kB
)";

}  // namespace

TEST_CASE("pasted smaps: remarks and lines that were taken out are quoted, the figures read") {
    const auto pasted = parse_pasted_smaps(remarked);
    REQUIRE(pasted);
    REQUIRE(pasted->smaps.mappings.size() == 2);
    CHECK(pasted->smaps.rss_known);
    CHECK(pasted->smaps.rss == kib(2032));
    CHECK(pasted->smaps.swap == kib(4));
    CHECK(pasted->without_rss == 1);
    CHECK(pasted->smaps.mappings[1].vm_flags == "rd wr mr mw me ac");
    CHECK(pasted->smaps.mappings[1].name.empty());
    const std::vector<UnreadText> expected{{2, "# guard", true},
                                           {4, "...", false},
                                           {5, "<--- the stack", true},
                                           {6, "# stack space", true},
                                           {7, "# all of it", true}};
    CHECK(pasted->not_understood.texts() == expected);
}

TEST_CASE("pasted maps: mappings without figures") {
    const auto pasted = parse_pasted_smaps(maps, "maps");
    REQUIRE(pasted);
    CHECK(pasted->smaps.from == MappingsFrom::maps);
    CHECK_FALSE(pasted->smaps.rss_known);
    CHECK_FALSE(pasted->smaps.swap_known);
    CHECK(pasted->without_rss == 4);
    REQUIRE(pasted->smaps.mappings.size() == 4);
    CHECK(pasted->smaps.mappings[2].name == "/usr/lib/jvm/java-17/lib/server/libjvm.so");
    CHECK(pasted->smaps.mappings[2].inode == 317960);
    CHECK(pasted->not_understood.texts() == std::vector<UnreadText>{{3, "<1>", true}});
    CHECK_FALSE(pasted->smaps.untouched(pasted->smaps.mappings[0]));
}

TEST_CASE("pasted smaps: the fields of a mapping that could not be read are nobody else's") {
    const auto pasted = parse_pasted_smaps(R"(Rss:                  77 kB
00200000-00300000 rw-p 00000000 00:00 0 
Rss:                   8 kB
00400000-004 rw-p
Rss:                  99 kB
00100000-00180000 rw-p 00000000 00:00 0 
Rss:                  50 kB
)");
    REQUIRE(pasted);
    CHECK(pasted->smaps.mappings.size() == 1);
    CHECK(pasted->smaps.rss == kib(8));
    REQUIRE(pasted->not_understood.texts().size() == 5);
    CHECK(pasted->not_understood.texts()[1] == UnreadText{4, "00400000-004 rw-p", false});
}

TEST_CASE("pasted smaps: an error names the line where no line is a mapping") {
    const auto pasted = parse_pasted_smaps("\nhello\n");
    REQUIRE_FALSE(pasted);
    CHECK(pasted.error().where == "smaps:2");
    CHECK_FALSE(parse_pasted_smaps(""));
    CHECK_FALSE(parse_pasted_smaps(rollup));
}

TEST_CASE("pasted smaps: what parse_smaps reads is read the same") {
    constexpr std::string_view text =
        R"(00100000-00180000 rw-p 00000000 00:00 0                          [heap]
Size:                512 kB
Rss:                 100 kB
Pss:                  50 kB
Swap:                  4 kB
VmFlags: rd wr
00180000-00190000 r-xp 00001000 fe:00 7                          /lib/a.so
Size:                 64 kB
Rss:                  64 kB
Pss:                   1 kB
Swap:                  0 kB
VmFlags: rd ex
)";
    const auto strict = parse_smaps(text);
    const auto pasted = parse_pasted_smaps(text);
    REQUIRE((strict && pasted));
    CHECK(pasted->smaps.rss == strict->rss);
    CHECK(pasted->smaps.pss == kib(51));
    CHECK(pasted->not_understood.empty());
    CHECK(pasted->smaps.from == MappingsFrom::smaps);
}

TEST_CASE("smaps_rollup: sums, with its first line or without") {
    for (const std::string_view text : {rollup, rollup.substr(rollup.find('\n') + 1)}) {
        const auto sums = parse_smaps_rollup(text);
        REQUIRE(sums);
        CHECK(sums->rss == kib(88884));
        CHECK(sums->pss_anon == kib(68148));
        CHECK_FALSE(sums->pss_shmem);
        REQUIRE(sums->not_understood.texts().size() == 1);
        CHECK(sums->not_understood.texts()[0].text == "# libraries");
    }
    CHECK_FALSE(parse_smaps_rollup("Swap: 0 kB\n"));
    CHECK_FALSE(parse_smaps_rollup(""));
}

TEST_CASE("pasted smaps, maps and smaps_rollup: every prefix gives a value or an error") {
    for (const std::string_view text : {remarked, maps, rollup}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const auto pasted = parse_pasted_smaps(text.substr(0, n));
            if (!pasted) CHECK(pasted.error().where.starts_with("smaps:"));
            const auto sums = parse_smaps_rollup(text.substr(0, n));
            if (!sums) CHECK(sums.error().where == "smaps_rollup:1");
        }
    }
}
