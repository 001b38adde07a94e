// Which block an address lies in, by bits for what is resident of malloc's regions.
#include "allocator/block_index.h"

#include <algorithm>
#include <span>

#include "allocator/forged_heap.h"
#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t heap = 0x555500000000;

Chunk chunk_at(std::uint64_t at, std::uint64_t size) {
    Chunk chunk;
    chunk.at = at;
    chunk.size = size;
    return chunk;
}

// Chunks of 0x30 bytes from `heap` on, every second one a node; a page that is not resident behind the first.
struct Made {
    PageMemory memory;
    BlockIndex index;
    std::vector<std::uint64_t> nodes;

    Made() {
        memory.touch(range_of(heap, heap + 0x1000));
        memory.touch(range_of(heap + 0x2000, heap + 0x3000));
        memory.touch(range_of(heap + 0x100000, heap + 0x101000));
        ChunkRegion region{range_of(heap, heap + 0x3000), {heap}, {heap + 0x3000}};
        index.add_region(region, memory);
        std::uint64_t at = heap;
        for (int i = 0; at + 0x30 <= heap + 0x1000; ++i, at += 0x30) add(at, 0x30, i % 2 == 0);
        for (at = heap + 0x2000; at + 0x100 <= heap + 0x3000; at += 0x100) add(at, 0x100, true);
        ChunkRegion mapped{range_of(heap + 0x100000, heap + 0x200000),
                           {heap + 0x100000},
                           {heap + 0x200000},
                           RegionKind::mmapped_chunk,
                           mmapped_arena};
        index.add_region(mapped, memory);
        add(heap + 0x100000, 0x100000, true);
        index.finish();
    }
    void add(std::uint64_t at, std::uint64_t size, bool node) {
        index.add_chunk(chunk_at(at, size), node ? IndexedAs::node : IndexedAs::other);
        if (node) nodes.push_back(at + 16);
    }
};

}  // namespace

TEST_CASE("block index: every node is found by its address, in the order of addresses") {
    const Made made;
    REQUIRE(made.index.nodes() == made.nodes.size());
    for (std::uint32_t i = 0; i < made.nodes.size(); ++i) {
        CAPTURE(i);
        CHECK(made.index.node_at(made.nodes[i]) == i);
        CHECK(made.index.address_of(i).value == made.nodes[i]);
        CHECK(made.index.near().may_contain(made.nodes[i]));
    }
    CHECK(made.index.node_at(heap + 0x30 + 16) == BlockIndex::none);
    CHECK(made.index.node_at(heap) == BlockIndex::none);
    CHECK(made.index.node_at(0) == BlockIndex::none);
    CHECK(made.index.node_at(~std::uint64_t{0}) == BlockIndex::none);
}

TEST_CASE("block index: an address in a block finds it, to its last byte and no further") {
    const Made made;
    CHECK(made.index.node_around(heap + 16) == BlockIndex::none);  // its beginning
    for (std::uint64_t at = heap + 17; at < heap + 0x30; ++at) CHECK(made.index.node_around(at) == 0);
    CHECK(made.index.node_around(heap + 0x30) == BlockIndex::none);  // where the next one's header begins
    CHECK(made.index.node_around(heap + 0x31) == 0);                 // the last word lies in there
    CHECK(made.index.node_around(heap + 0x37) == 0);
    CHECK(made.index.node_around(heap + 0x38) == BlockIndex::none);
    CHECK(made.index.node_around(heap + 0x40 + 1) == BlockIndex::none);  // of a chunk that is no node
    CHECK(made.index.node_around(heap + 0x1800) == BlockIndex::none);    // not resident
    const auto last = static_cast<std::uint32_t>(made.nodes.size() - 1);
    CHECK(made.index.node_at(heap + 0x100010) == last);
    CHECK(made.index.node_around(heap + 0x1ffff0) == last);
    CHECK(made.index.node_around(heap + 0x100010) == BlockIndex::none);
    CHECK(made.index.node_around(heap + 0x200008) == BlockIndex::none);
}

TEST_CASE(
    "block index: each node's size is known, at the end of a run and in front of bytes without chunks, too") {
    PageMemory memory;
    memory.touch(range_of(heap, heap + 0x2000));
    memory.touch(range_of(heap + 0x3000, heap + 0x4000));
    BlockIndex index;
    index.add_region({range_of(heap, heap + 0x4000), {heap}, {heap + 0x4000}}, memory);
    struct Expected {
        std::uint64_t at, size, resident;
    };
    const std::vector<Expected> expected{{heap, 0x40, 0x40},                // the next one follows
                                         {heap + 0x80, 0x30, 0x30},         // no chunk follows
                                         {heap + 0x1000, 0x2800, 0x1800}};  // beyond the end of its run
    for (const Expected& node : expected) {
        if (node.at == heap + 0x80) index.add_chunk(chunk_at(heap + 0x40, 0x40), IndexedAs::other);
        Chunk chunk = chunk_at(node.at, node.size);
        chunk.resident = node.resident;
        index.add_chunk(chunk, IndexedAs::node);
    }
    index.finish();
    std::vector<NodeChunk> found;
    index.for_each_node([&](std::uint32_t node, const NodeChunk& chunk) {
        CHECK(node == found.size());
        found.push_back(chunk);
    });
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        CHECK(found[i].size == expected[i].size);
        CHECK(found[i].usable == expected[i].size - 8);
        CHECK(found[i].resident == expected[i].resident);
    }
    for (const std::vector<std::uint32_t>& wanted :
         {std::vector<std::uint32_t>{0, 1, 2}, {2}, {1}, {0, 0, 2, 2}, {}}) {
        std::vector<std::uint32_t> passed;
        index.for_each_node_of(wanted, [&](std::uint32_t node, const NodeChunk& chunk) {
            passed.push_back(node);
            CHECK(chunk == found[node]);
        });
        CHECK(passed == wanted);
    }
    CHECK(index.node_bytes() == Bytes(0x40 + 0x30 + 0x2800));
    // What lies behind a chunk in which there are none belongs to no node.
    CHECK(index.node_around(heap + 0xa9) == 1);
    CHECK(index.node_around(heap + 0xb9) == BlockIndex::none);
    CHECK(index.target_of(heap + 0x200).node == BlockIndex::none);
}

TEST_CASE("block index: blocks of NMT's are passed in their order, and no word leads to one") {
    PageMemory memory;
    memory.touch(range_of(heap, heap + 0x1000));
    memory.touch(range_of(heap + 0x2000, heap + 0x3000));
    BlockIndex index;
    index.add_region({range_of(heap, heap + 0x3000), {heap}, {heap + 0x3000}}, memory);
    const auto add = [&](std::uint64_t at, std::uint64_t size, std::uint64_t resident, IndexedAs kind) {
        Chunk chunk = chunk_at(at, size);
        chunk.resident = resident;
        index.add_chunk(chunk, kind);
    };
    add(heap, 0x40, 0x40, IndexedAs::tracked);
    add(heap + 0x40, 0x30, 0x30, IndexedAs::node);
    add(heap + 0x70, 0x50, 0x50, IndexedAs::other);
    add(heap + 0xc0, 0x2000, 0x1000, IndexedAs::tracked);  // beyond its run
    add(heap + 0x20c0, 0x20, 0x20, IndexedAs::node);
    index.finish();
    struct Passed {
        std::uint32_t node;
        std::uint64_t at, usable, resident, run_end;
        bool operator==(const Passed&) const = default;
    };
    std::vector<Passed> passed;
    index.for_each_block([&](const BlockIndex::Block& block) {
        passed.push_back(
            {block.node, block.at - heap, block.chunk.usable, block.chunk.resident, block.run_end - heap});
    });
    CHECK(passed == std::vector<Passed>{{BlockIndex::none, 0, 0x38, 0x40, 0x1000},
                                        {0, 0x40, 0x28, 0x30, 0x1000},
                                        {BlockIndex::none, 0xc0, 0x1ff8, 0x1000, 0x1000},
                                        {1, 0x20c0, 0x18, 0x20, 0x3000}});
    // In parts, each block is in one of them.
    std::vector<Passed> in_parts;
    for (std::uint32_t node = 0; node <= 2; ++node) {
        index.for_each_block(node, node + 1, [&](const BlockIndex::Block& block) {
            in_parts.push_back({block.node, block.at - heap, block.chunk.usable, block.chunk.resident,
                                block.run_end - heap});
        });
        CHECK(in_parts.size() == (node == 0 ? 3 : 4));
    }
    CHECK(in_parts == passed);
    CHECK(index.nodes() == 2);
    CHECK(index.node_bytes() == Bytes(0x50));
    CHECK(index.target_of(heap + 0x10).node == BlockIndex::none);
    CHECK(index.target_of(heap + 0x18).node == BlockIndex::none);
    CHECK(index.target_of(heap + 0x50).node == 0);
    std::uint32_t part = 0;
    CHECK(index.target_of(heap + 0x20d0, part).node == 1);
    CHECK(index.target_of(heap + 0x50, part).node == 0);
}

TEST_CASE("block index: what can be read at once from a block on ends with its resident run") {
    const Made made;
    CHECK(made.index.run_end(heap) == heap + 0x1000);
    CHECK(made.index.run_end(heap + 0xfff) == heap + 0x1000);
    CHECK(made.index.run_end(heap + 0x1000) == heap + 0x1000);  // not resident
    CHECK(made.index.run_end(heap + 0x2010) == heap + 0x3000);
    CHECK(made.index.run_end(heap + 0x100010) == heap + 0x200000);
    CHECK(made.index.run_end(~std::uint64_t{0}) == ~std::uint64_t{0});
}

TEST_CASE("block index: a word leads to a node's beginning, a few bytes behind it, or into it") {
    const Made made;
    for (std::uint64_t at = heap - 0x40; at < heap + 0x3040; ++at) {
        const BlockIndex::Target to = made.index.target_of(at);
        const std::uint32_t exact = made.index.node_at(at), around = made.index.node_around(at);
        CAPTURE(at - heap);
        if (to.node != (exact != BlockIndex::none ? exact : around)) FAIL("another node");
        if (to.node == BlockIndex::none) continue;
        const std::uint64_t offset = at - made.nodes[to.node];
        if (to.inside != (offset != 0 && offset != 8 && offset != 16)) FAIL("not inside");
    }
}

TEST_CASE("block index: a word leads to the same node wherever the last one was found") {
    const Made made;
    const auto same = [&](std::uint64_t word) {
        const BlockIndex::Target expected = made.index.target_of(word);
        for (std::uint32_t last = 0; last < 8; ++last) {
            std::uint32_t part = last;
            const BlockIndex::Target to = made.index.target_of(word, part);
            if (to.node != expected.node || to.inside != expected.inside) FAIL(word << " after " << last);
        }
    };
    for (std::uint64_t word = heap - 0x40; word < heap + 0x3040; ++word) same(word);
    for (std::uint64_t word = 0; word < 64; ++word) {
        same(word);
        same(~word);
        CHECK(made.index.target_of(word).node == BlockIndex::none);
    }
}

TEST_CASE("block index: the quick test over many words passes what it passes word by word") {
    AddressFilter near;
    std::vector<std::uint64_t> words;
    for (std::uint64_t i = 0; i < 4099; ++i) words.push_back(i * 0x9e3779b97f4a7c15U >> i % 60);
    const auto passed = [&] {
        std::vector<std::size_t> found;
        near.for_each_candidate(std::as_bytes(std::span(words)), [&](std::size_t offset, std::uint64_t word) {
            CHECK(word == words[offset / 8]);
            found.push_back(offset / 8);
        });
        return found;
    };
    CHECK(passed().empty());
    near.add(range_of(0x7f1200000000, 0x7f1208000000));
    near.add(range_of(0x555500000000, 0x555500001000));
    near.add(range_of(0x10000, 0x20000));
    words[1000] = 0x7f1207ffffff;
    words[1001] = 0x555500000008;
    words[4098] = 0x7f1200000000;
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (near.may_contain(words[i])) expected.push_back(i);
    }
    CHECK(passed() == expected);
    CHECK(std::count(expected.begin(), expected.end(), 1000) == 1);
    CHECK(std::count(expected.begin(), expected.end(), 1001) == 1);
    CHECK(std::count(expected.begin(), expected.end(), 4098) == 1);
}
