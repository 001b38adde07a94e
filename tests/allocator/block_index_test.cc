// Which block an address lies in, by bits for what is resident of malloc's regions.
#include "allocator/block_index.h"

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
        index.add_chunk(chunk_at(at, size), node);
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
