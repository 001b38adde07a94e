#include "allocator/made_walk.h"
#include "catch.h"

using namespace nmtx;

namespace {

std::string wrong(const std::string& text) {
    const auto walk = parse_malloc_walk(text);
    return walk ? "" : to_string(walk.error());
}

std::string with(const std::string& rest) {
    return R"({"format": 1, )" + rest + "}";
}

}  // namespace

TEST_CASE("malloc walk: what is written is read as the same") {
    MallocWalk walk = made_walk();
    CHECK(parse_malloc_walk(format_malloc_walk(walk)).value() == walk);
    SECTION("whatever bytes a library's name has") {
        walk.untracked.front().owner = "lib\xff\xfe\x1b[2J\n.so";
        walk.notes.push_back(std::string("\0\x80", 2));
    }
    SECTION("where the counter is not known") {
        walk.mmapped_expected.reset();
    }
    SECTION("where figures are as large as can be") {
        walk.arenas.front().tracked = {~std::uint64_t{0}, Bytes(~std::uint64_t{0}), Bytes(~std::uint64_t{0})};
        walk.regions.back().range.end = {~std::uint64_t{0}};
        walk.stood_still_ms = 0.1 + 0.2;
    }
    SECTION("where nothing was walked") {
        walk = {};
        walk.why_not_walked = "jemalloc serves malloc";
        walk.also_present = "glibc";
    }
    CHECK(parse_malloc_walk(format_malloc_walk(walk)).value() == walk);
}

TEST_CASE("malloc walk: cut anywhere it is an error that names the line, or the document") {
    const std::string text = format_malloc_walk(made_walk());
    for (std::size_t cut = 0; cut + 2 < text.size(); cut += 7) {
        const std::string why = wrong(text.substr(0, cut));
        CAPTURE(cut, why);
        CHECK(why.rfind("malloc walk:", 0) == 0);
    }
    CHECK(wrong("{\n\"format\": 1,\n\"arenas\": [}\n").rfind("malloc walk:3: expected JSON", 0) == 0);
}

TEST_CASE("malloc walk: what is forged is refused by its place") {
    CHECK(wrong("[]") == "malloc walk: expected an object, found array");
    CHECK(wrong("{}") == "malloc walk: format: expected 1, found 0");
    CHECK(wrong(R"({"format": 2})") == "malloc walk: format: expected 1, found 2");
    CHECK(wrong(with(R"("stood_still_ms": 1e999)")) == "malloc walk: expected JSON, found an invalid number");
    CHECK(wrong(with(R"("frozen": 1)")) == "malloc walk: frozen: expected true or false, found number");
    CHECK(wrong(with(R"("arenas": {})")) == "malloc walk: arenas: expected a list, found object");
    CHECK(wrong(with(R"("arenas": [{"heaps": 5000000000}])")) ==
          "malloc walk: arenas[0].heaps: expected a whole number, found number");
    CHECK(wrong(with(R"("arenas": [{}, {"tcache": {"bytes": -1}}])")) ==
          "malloc walk: arenas[1].tcache.bytes: expected a whole number, found number");
    CHECK(wrong(with(R"("arenas": [{"state": "0x12"}])")) ==
          "malloc walk: arenas[0]: state: expected a hexadecimal number");
    CHECK(wrong(with(R"("untracked": [{"owner": {"hex": "0"}}])")) ==
          "malloc walk: untracked[0].owner: expected a text, found object");
    CHECK(wrong(with(R"("notes": [1])")) == "malloc walk: notes: expected a list of texts, found number");
}

TEST_CASE("malloc walk: regions must ascend without overlap, and be of a known kind") {
    const auto regions = [](const std::string& list) { return wrong(with("\"regions\": [" + list + "]")); };
    const std::string first = R"({"range": "1000-3000", "kind": "arena", "resident": 4096})";
    CHECK(regions(first).empty());
    CHECK(regions(first + R"(, {"range": "2000-4000", "kind": "arena"})") ==
          "malloc walk: regions[1]: range: overlaps or is not ascending");
    CHECK(regions(R"({"range": "3000-1000", "kind": "arena"})") ==
          "malloc walk: regions[0]: range: expected BEGIN-END in hexadecimal");
    CHECK(regions(R"({"range": "1000-3000 ", "kind": "arena"})").find("hexadecimal") != std::string::npos);
    CHECK(regions(R"({"range": "1000-3000", "kind": "heap"})") ==
          "malloc walk: regions[0]: kind: expected 'main arena', 'arena' or 'mmapped chunk'");
}

TEST_CASE("malloc walk: nesting that no walk has costs no memory and no stack") {
    const std::string deep = std::string(200000, '[') + std::string(200000, ']');
    CHECK(wrong(with("\"more\": " + deep)).empty());
    CHECK_FALSE(wrong(with("\"arenas\": " + deep)).empty());
    CHECK(wrong(std::string((std::size_t{64} << 20U) + 1, ' ')).find("at most 67108864") !=
          std::string::npos);
}

TEST_CASE("malloc walk: the sums are over arenas and chunks with a mapping of their own") {
    const MallocWalk walk = made_walk();
    CHECK(walk.resident() == mib(217) + kib(1000));
    CHECK(walk.not_walked() == kib(32));
    CHECK(walk.live_tracked().blocks == 5902);
    CHECK(walk.live_untracked().blocks == 177822);
    CHECK(walk.of_arenas(&ArenaFigures::top).resident == kib(395));
    CHECK(walk.free().bytes == mib(4) + kib(427));
    CHECK(MallocWalk{}.walked());
}
