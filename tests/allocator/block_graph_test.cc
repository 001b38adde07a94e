// Who reaches which block.
#include "allocator/block_graph.h"

#include <algorithm>
#include <thread>

#include "catch.h"

using namespace nmtx;

namespace {

std::vector<BlockGraph::Row> rows_of(const BlockGraph& graph) {
    std::vector<BlockGraph::Row> rows;
    for (std::uint32_t node = 0; node < graph.nodes(); ++node) rows.push_back(graph.row(node));
    return rows;
}

}  // namespace

TEST_CASE("block graph: a block belongs to the root with the shortest chain, at any depth") {
    constexpr std::uint32_t nodes = 5000;
    BlockGraph graph(nodes, 1 << 20);
    // A chain against the order of addresses, and the root of another row half way.
    for (std::uint32_t node = 1; node < nodes; ++node) REQUIRE(graph.add_edges(node, {node - 1}));
    CHECK(graph.root(nodes - 1, 1));
    CHECK(graph.root(2500, 2));
    graph.spread(false);
    CHECK(graph.row(nodes - 2) == 1);
    CHECK(graph.row(2501) == 1);
    CHECK(graph.row(2499) == 2);
    CHECK(graph.row(0) == 2);
    CHECK(graph.distance(nodes - 3) == 2);
    CHECK(graph.distance(0) == BlockGraph::furthest);
    CHECK(graph.shared(2500));
    CHECK_FALSE(graph.shared(2501));
    graph.settle_shared();
    CHECK(graph.shared(0));
    CHECK_FALSE(graph.shared(2501));
}

TEST_CASE("block graph: cycles end, and what nothing reaches stays nobody's") {
    BlockGraph graph(6, 100);
    graph.add_edges(0, {1});
    graph.add_edges(1, {2, 0});
    graph.add_edges(2, {0});
    graph.add_edges(3, {4});
    graph.add_edges(4, {3});
    graph.root(1, 7);
    graph.spread(false);
    CHECK(rows_of(graph) == std::vector<BlockGraph::Row>{7, 7, 7, 0, 0, 0});
}

TEST_CASE("block graph: pointers into a block count only where they are asked for, also later") {
    BlockGraph graph(3, 100);
    graph.add_edges(0, {1 | BlockGraph::inside});
    graph.add_edges(1, {2});
    graph.root(0, 1);
    graph.spread(false);
    CHECK(rows_of(graph) == std::vector<BlockGraph::Row>{1, 0, 0});
    graph.spread(true);
    CHECK(rows_of(graph) == std::vector<BlockGraph::Row>{1, 1, 1});
}

TEST_CASE("block graph: pointers into blocks of many nodes count later as well, each node's in its place") {
    constexpr std::uint32_t nodes = 100'000, half = nodes / 2;
    BlockGraph graph(nodes, 1 << 20);
    // Every fifth has two edges, the second one into its target; every seventh none.
    for (std::uint32_t node = 0; node < half; ++node) {
        if (node % 7 == 0) continue;
        if (node % 5 == 0) {
            graph.add_edges(node, {node + 1, (half + node) | BlockGraph::inside});
        } else {
            graph.add_edges(node, {half + node});
        }
    }
    for (std::uint32_t node = 0; node < half; ++node)
        graph.root(node, static_cast<BlockGraph::Row>(1 + node % 3));
    graph.spread(false);
    const auto check = [&](bool inside_counts) {
        for (std::uint32_t node = 0; node < half; ++node) {
            const bool reached = node % 7 != 0 && (node % 5 != 0 || inside_counts);
            if (graph.row(half + node) != (reached ? 1 + node % 3 : BlockGraph::nobody)) FAIL(node);
        }
    };
    check(false);
    graph.spread(true);
    check(true);
    std::uint32_t of_nobody = 0;
    graph.of_nobody().for_each([&](std::uint32_t node) { of_nobody += node >= half ? 1U : 100'000U; });
    CHECK(of_nobody == (half + 6) / 7);
}

TEST_CASE("block graph: a library passes on to what a block reaches, but for what shows its own") {
    BlockGraph graph(4, 100);
    graph.add_edges(0, {1});
    graph.add_edges(1, {2});
    graph.add_edges(2, {3});
    graph.set_library(1, 5);
    graph.set_library(3, 6);
    graph.root(0, 1);
    graph.spread(false);
    CHECK(graph.library(0) == 0);
    CHECK(graph.library(2) == 5);
    CHECK(graph.library(3) == 6);
}

TEST_CASE("block graph: the way to a block begins at the root") {
    BlockGraph graph(40, 200);
    for (std::uint32_t node = 0; node < 9; ++node) graph.add_edges(node, {node + 1});
    graph.root(0, 1);
    graph.spread(false);
    CHECK(graph.way_to(5, 64) == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5});
    CHECK(graph.way_to(5, 3) == std::vector<std::uint32_t>{3, 4, 5});
    CHECK(graph.way_to(0, 64) == std::vector<std::uint32_t>{0});
}

TEST_CASE("block graph: beyond its room no pointers are kept, and it says so") {
    BlockGraph graph(100, 10);
    for (std::uint32_t node = 0; node < 10; ++node) CHECK(graph.add_edges(node, {node + 1}));
    CHECK_FALSE(graph.add_edges(10, {11}));
    CHECK(graph.edges() == 10);
    graph.root(0, 1);
    graph.spread(false);
    CHECK(graph.row(10) == 1);
    CHECK(graph.row(11) == BlockGraph::nobody);
}

TEST_CASE("block graph: many nodes at once take the same way as few") {
    constexpr std::uint32_t nodes = 200'000;
    BlockGraph graph(nodes, 1 << 20);
    for (std::uint32_t node = 0; node + 100'000 < nodes; ++node) graph.add_edges(node, {node + 100'000});
    for (std::uint32_t node = 0; node < 100'000; ++node)
        graph.root(node, static_cast<BlockGraph::Row>(1 + node % 3));
    graph.spread(false);
    for (std::uint32_t node = 100'000; node < nodes; ++node) {
        if (graph.row(node) != 1 + (node - 100'000) % 3) FAIL(node);
    }
}

TEST_CASE("block graph: lanes are filled by several threads, in any order") {
    constexpr std::uint32_t nodes = 100'000;
    BlockGraph graph(nodes, nodes * 2);
    const auto fill = [&](std::uint32_t first_lane) {
        for (std::uint32_t lane = first_lane; lane < graph.lanes(); lane += 2) {
            const std::uint32_t end = std::min((lane + 1) << graph.lane_shift(), nodes);
            for (std::uint32_t node = lane << graph.lane_shift(); node < end; ++node) {
                if (node % 3 == 0) continue;
                graph.add_edges(node, {(node + nodes / 2) % nodes, node - node % 3});
            }
        }
    };
    REQUIRE(graph.lanes() > 10);
    std::thread other([&] { fill(1); });
    fill(0);
    other.join();
    CHECK(graph.edges() == std::size_t{nodes / 3} * 4);
    for (const std::uint32_t node : {1U, 2U, 3124U, 49'999U, 50'000U, 99'998U}) {
        CAPTURE(node);
        const auto reached = graph.reached_from(node, 3);
        REQUIRE(reached.size() == (node % 3 == 0 ? 1 : 3));
        if (node % 3 == 0) continue;
        CHECK(reached[1] == (node + nodes / 2) % nodes);
        CHECK(reached[2] == node - node % 3);
    }
}

TEST_CASE("block graph: links that come later are spread from what is held already") {
    BlockGraph graph(10, 100);
    graph.add_edges(4, {5});
    graph.root(0, 3);
    graph.spread(true);
    graph.add_links({{2, 4}, {0, 2}, {7, 8}, {5, 0}});
    graph.spread(true);
    for (const std::uint32_t node : {0U, 2U, 4U, 5U}) CHECK(graph.row(node) == 3);
    CHECK(graph.distance(5) == 3);
    CHECK(graph.row(8) == BlockGraph::nobody);
    CHECK(graph.way_to(5, 64) == std::vector<std::uint32_t>{0, 2, 4, 5});
}
