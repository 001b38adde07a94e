// Pages of live JVMs that leak: the levels of the icicle, to the byte, and what `nmtx diff -o` draws.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "catch.h"
#include "live/live_jvm.h"
#include "text_parts.h"

using namespace nmtx::live;
using nmtx::test::has;

namespace {

constexpr std::uint64_t held_objects = 8001, held_chain = 5, held_bytes = 1000;

std::string page_at(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

nlohmann::json nodes_of_page(const std::string& html) {
    const std::string begin = "id=\"data\">";
    const std::size_t at = html.find(begin) + begin.size();
    return nlohmann::json::parse(html.substr(at, html.find("</script>", at) - at))["icicle"]["nodes"];
}

// Each parent is the sum of its children.
void check_sums_of(const nlohmann::json& nodes) {
    std::vector<std::uint64_t> below(nodes.size());
    for (std::size_t i = 1; i < nodes.size(); ++i)
        below[nodes[i][0].get<std::size_t>()] += nodes[i][3].get<std::uint64_t>();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        INFO(nodes[i].dump());
        if (below[i] > 0) CHECK(below[i] == nodes[i][3].get<std::uint64_t>());
    }
}

// The node of this name, and the names above it, from the top down.
std::size_t node_of(const nlohmann::json& nodes, const std::string& name, std::vector<std::string>& above) {
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (nodes[i][1] != name) continue;
        above.clear();
        for (std::size_t at = nodes[i][0]; at != 0; at = nodes[at][0].get<std::size_t>())
            above.insert(above.begin(), nodes[at][1].get<std::string>());
        return i;
    }
    return 0;
}

std::vector<std::string> held_options() {
    return {fmt::format("held={}x{}x{}", held_objects, held_chain, held_bytes), "lost=3001x904"};
}

}  // namespace

TEST_CASE("live pages: owner, library, Java class and size of a leak, each the sum of what is below it",
          "[any-jdk]") {
    const Folder folder;
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, held_options());
    const std::string path = folder.path() + "/leak.html";
    const Outcome made = run_nmtx({"ticket", jvm.pid_text(), "--owners", "-o", path});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    const nlohmann::json nodes = nodes_of_page(page_at(path));
    check_sums_of(nodes);
    std::vector<std::string> above;
    const std::size_t field = node_of(nodes, "HeldBlocks.peer", above);
    INFO(nodes.dump(1));
    REQUIRE(field != 0);
    CHECK(above ==
          std::vector<std::string>{"native malloc (not in NMT)", "in use, not in NMT", "libtarget.so"});
    const std::uint64_t truth = jvm.truth("held_usable_bytes") + 8 * held_objects * held_chain;
    const auto bytes = nodes[field][3].get<std::uint64_t>();
    // Resident, and not more than was allocated: blocks at the end of an arena share a page with what is
    // free.
    CHECK(bytes <= truth);
    CHECK(bytes + truth / 50 > truth);
    CHECK(nodes[field][4].get<std::string>().find("known by Java heap") != std::string::npos);
    CHECK(jvm.alive());
}

TEST_CASE("live pages: a comparison of two processes is a page, and needs --force; no file is left otherwise",
          "[any-jdk]") {
    const Folder folder;
    const Jdk jdk = jdk_under_test();
    const LiveJvm small(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
    const LiveJvm leaking(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {"leak=40000x1009"});
    const std::string before = folder.path() + "/before.nmtx", page = folder.path() + "/diff.html";
    REQUIRE(run_nmtx({"capture", small.pid_text(), "-o", before}).exit_code == 0);
    CHECK(run_nmtx({"diff", before, leaking.pid_text(), "-o", page}).exit_code == 1);
    CHECK_FALSE(std::filesystem::exists(page));
    const Outcome made = run_nmtx({"diff", before, leaking.pid_text(), "-o", page, "--force"});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    CHECK(has(made.out, "malloc/untracked/libtarget.so"));
    const std::string html = page_at(page);
    CHECK(has(html, "Two different processes"));
    const nlohmann::json nodes = nodes_of_page(html);
    check_sums_of(nodes);
    std::vector<std::string> above;
    const std::size_t library = node_of(nodes, "libtarget.so", above);
    REQUIRE(library != 0);
    REQUIRE(nodes[library].size() == 7);
    // 40,000 blocks of 1,024 bytes are new.
    const auto grown = nodes[library][3].get<std::int64_t>() - nodes[library][6].get<std::int64_t>();
    CHECK(grown > 40'000'000);
    CHECK(grown < 42'000'000);
    // The page is no snapshot: that it did not save.
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK(small.alive());
    CHECK(leaking.alive());
}
