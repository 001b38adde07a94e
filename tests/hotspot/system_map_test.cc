#include "hotspot/areas/system_map.h"

#include <string>
#include <string_view>

#include "catch.h"

using nmtx::Bytes;
using nmtx::nmt_category_of_system_map_tag;
using nmtx::parse_system_map;
using nmtx::range_of;
using nmtx::SystemMap;

namespace {

constexpr std::string_view legend =
    "Memory mappings:\n"
    "from, to, vsize: address range and size\n"
    "rss:             resident set size\n"
    "vm info:         VM information (requires NMT)\n"
    "                   CARDTBL: GC Card table\n"
    "file:            file mapped, if mapping is not anonymous\n"
    "\n"
    "from               to                        vsize prot          rss      hugetlb pgsz notes            "
    "info   "
    "                               file\n"
    "========================================================================================================"
    "=======\n";

constexpr std::string_view rows =
    "0x0000000014001000-0x0000000014ea8000     15364096 rw-p     15130624            0 4K   com              "
    "CDS    "
    "                               /usr/lib/jvm/my jdk/lib/server/classes.jsa\n"
    "0x0000000014ea8000-0x0000000015000000      1409024 ---p            0            0 4K   -                "
    "CDS    "
    "                               -\n"
    "0x00007f62b7104000-0x00007f62b7200000      1032192 rw-p        90112            0 4K   com,nothp        "
    "STACK-24194-worker-with-a-long-name-18 -\n"
    "0x00007f62f0102000-0x00007f62f0404000      3153920 rw-p        94208            0 4K   com              "
    "STACK-24177--9-x--,CODE,mtSymbol      -\n"
    "0x00007f6310f5e000-0x00007f6310f66000        32768 rw-s        32768            0 4K   shrd,com         "
    "INTERN "
    "                               /tmp/hsperfdata_root/23994\n"
    "0xffffffffff600000-0xffffffffff601000         4096 --xp            0            0 4K   com              "
    "STACK                                 [vsyscall]\n";

constexpr std::string_view totals =
    "\n"
    "Number of mappings: 6\n"
    "             vsize: 20992000 (20M)\n"
    "               rss: 15347712 (15M)\n"
    "         committed: 19582976 (19M)\n"
    "           hugetlb: 0 (0B)\n"
    "\n";

SystemMap map_of(const std::string& text) {
    auto parsed = parse_system_map(text);
    INFO((parsed ? std::string("a value") : nmtx::to_string(parsed.error())));
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

std::string system_map_error(const std::string& text) {
    const auto parsed = parse_system_map(text);
    REQUIRE_FALSE(parsed.has_value());
    return nmtx::to_string(parsed.error());
}

std::string whole() {
    return std::string(legend) + std::string(rows) + std::string(totals);
}

}  // namespace

TEST_CASE("system map: rows with tags, threads and files, and the total") {
    const SystemMap map = map_of(whole());
    CHECK(map.nmt_enabled);
    CHECK(map.rss == Bytes(15347712));
    REQUIRE(map.rows.size() == 6);
    CHECK(map.rows[0].range == range_of(0x14001000, 0x14ea8000));
    CHECK(map.rows[0].rss == Bytes(15130624));
    CHECK(map.rows[0].tags == std::vector<std::string>{"CDS"});
    CHECK(map.rows[0].file == "/usr/lib/jvm/my jdk/lib/server/classes.jsa");
    CHECK(map.rows[1].file.empty());
    CHECK(map.rows[2].tags == std::vector<std::string>{"STACK"});
    REQUIRE(map.rows[2].threads.size() == 1);
    CHECK(map.rows[2].threads[0].tid == 24194);
    CHECK(map.rows[2].threads[0].name == "worker-with-a-long-name-18");
    CHECK(map.rows[4].file == "/tmp/hsperfdata_root/23994");
}

TEST_CASE("system map: one mapping with several tags, and a thread whose name is all dashes") {
    const SystemMap map = map_of(whole());
    CHECK(map.rows[3].tags == std::vector<std::string>{"STACK", "CODE", "mtSymbol"});
    REQUIRE(map.rows[3].threads.size() == 1);
    CHECK(map.rows[3].threads[0].tid == 24177);
    CHECK(map.rows[3].threads[0].name == "-9-x--");
}

TEST_CASE("system map: a stack that the VM finds no thread for has the tag alone") {
    const SystemMap map = map_of(whole());
    CHECK(map.rows[5].tags == std::vector<std::string>{"STACK"});
    CHECK(map.rows[5].threads.empty());
}

TEST_CASE("system map: without NMT there are rows without tags") {
    const SystemMap map = map_of(
        "Memory mappings:\n"
        "NMT is disabled. VM info not available.\n"
        "0x0000000014001000-0x0000000014ea8000     15364096 rw-p     15130624            0 4K   com   -   "
        "-\n");
    CHECK_FALSE(map.nmt_enabled);
    CHECK(map.rows.at(0).tags.empty());
    CHECK_FALSE(map.rss.has_value());
}

TEST_CASE("system map: a reply that is none is an error with its words") {
    CHECK(system_map_error("").find("System.map: expected the rows") == 0);
    CHECK(system_map_error("java.lang.IllegalArgumentException: Unknown diagnostic command\n")
              .find("Unknown diagnostic command") != std::string::npos);
    CHECK(system_map_error(std::string(legend) + "Cannot open /proc/self/smaps\n")
              .find("System.map:10: the JVM could not read") == 0);
}

TEST_CASE("system map: malformed rows name their line") {
    const std::string good = "0x1000-0x2000 4096 rw-p 4096 0 4K - - -\n";
    CHECK(map_of(good).rows.size() == 1);
    CHECK(system_map_error(good + "0x2000-0x3000 4096 rw-p 40x6 0 4K - - -\n").find("System.map:2") == 0);
    CHECK(system_map_error(good + "0x2000-0x3000 4096 rw-p 4096 0 4K - -\n").find("System.map:2") == 0);
    CHECK(system_map_error(good + "0x3000-0x2000 4096 rw-p 4096 0 4K - - -\n").find("System.map:2") == 0);
    CHECK(system_map_error(good + "0x2000-0x2000 4096 rw-p 4096 0 4K - - -\n").find("System.map:2") == 0);
    CHECK(system_map_error(good + "0x" + std::string(40, 'f') + "-0x1 1 rw-p 1 0 4K - - -\n")
              .find("System.map:2") == 0);
    CHECK(system_map_error(good + "0x2000-0x3000 4096 rw-p " + std::string(40, '9') + " 0 4K - - -\n")
              .find("System.map:2") == 0);
    CHECK(system_map_error(good + "0x2000-0x3000 4096 rw-p 4096 0 4K - GC,,CODE -\n").find("System.map:2") ==
          0);
    CHECK(system_map_error(good + good).find("expected ascending, disjoint rows") != std::string::npos);
    CHECK(system_map_error(good + "rss: much\n").find("System.map:2") == 0);
}

TEST_CASE("system map: every prefix gives an error or rows of the whole one") {
    const std::string text = whole();
    const SystemMap all = map_of(text);
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto part = parse_system_map(std::string_view(text).substr(0, length));
        if (!part) continue;
        REQUIRE(part->rows.size() <= all.rows.size());
        for (std::size_t i = 0; i < part->rows.size(); ++i) {
            REQUIRE(part->rows[i].range == all.rows[i].range);
            REQUIRE(part->rows[i].rss == all.rows[i].rss);
            REQUIRE(part->rows[i].file == all.rows[i].file);
            REQUIRE(part->rows[i].tags == all.rows[i].tags);
        }
        if (part->rss) REQUIRE(part->rss == all.rss);
    }
}

TEST_CASE("system map: a tag stands for the NMT category that the VM counts it under") {
    CHECK(nmt_category_of_system_map_tag("CARDTBL") == "GCCardSet");
    CHECK(nmt_category_of_system_map_tag("CDS") == "Shared class space");
    CHECK(nmt_category_of_system_map_tag("CLASS") == "Class");
    CHECK(nmt_category_of_system_map_tag("GC") == "GC");
    CHECK(nmt_category_of_system_map_tag("INTERN") == "Internal");
    CHECK(nmt_category_of_system_map_tag("JAVAHEAP") == "Java Heap");
    CHECK(nmt_category_of_system_map_tag("JDK") == "Other");
    CHECK(nmt_category_of_system_map_tag("META") == "Metaspace");
    CHECK(nmt_category_of_system_map_tag("POLL") == "Safepoint");
    CHECK(nmt_category_of_system_map_tag("STACK") == "Thread Stack");
    CHECK(nmt_category_of_system_map_tag("mtSymbol") == "Symbol");
    CHECK(nmt_category_of_system_map_tag("mtChunk") == "Arena Chunk");
    CHECK(nmt_category_of_system_map_tag("mtNone") == "Unknown");
    CHECK_FALSE(nmt_category_of_system_map_tag("mtTomorrow").has_value());
    CHECK_FALSE(nmt_category_of_system_map_tag("").has_value());
}
