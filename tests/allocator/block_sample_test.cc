#include "allocator/block_sample.h"

#include <algorithm>

#include "allocator/forged_heap.h"
#include "catch.h"

using namespace nmtx;

namespace {

const GlibcLayout& layout_236() {
    return *glibc_layout_of("2.36");
}

MallocRequest request_for(ForgedHeap& forged) {
    MallocRequest request;
    request.allocator = "glibc";
    request.search = forged.search();
    return request;
}

// 3,000 blocks of two kinds in turn, all of one size, in two arenas; the kinds differ in their first word.
void fill(ForgedHeap& forged, PageMemory& memory) {
    const auto in_turn = [&](ForgedArena& arena) {
        arena.cache();
        for (std::uint64_t i = 0; i < 1500; ++i) memory.put(arena.live(0x50) + 16, i % 2);
    };
    in_turn(forged.main);
    forged.main.cached(0x50);
    forged.main.live(0x30);
    forged.main.live(0x410);
    forged.main.end_with_top();
    ForgedArena& second = forged.arena();
    in_turn(second);
    second.live(0x70);
    second.end_with_top();
    forged.mmapped(0x101000);
    forged.finish();
}

}  // namespace

TEST_CASE("block sample: so many blocks of the size, from everywhere in the heap, the same ones each time") {
    PageMemory memory;
    ForgedHeap forged(layout_236(), memory);
    fill(forged, memory);
    const MallocRequest request = request_for(forged);
    const BlockSample sample = sample_blocks(request, Bytes(0x48), 64, memory);
    CHECK(sample.of == 3000);  // the cached one is not live
    REQUIRE(sample.blocks.size() == 64);
    CHECK(std::is_sorted(sample.blocks.begin(), sample.blocks.end()));
    CHECK(std::adjacent_find(sample.blocks.begin(), sample.blocks.end()) == sample.blocks.end());
    std::size_t in_main = 0, first_kind = 0;
    for (const Range block : sample.blocks) {
        CHECK(block.size() == Bytes(0x48));
        const auto is_it = [&](const ForgedChunk& chunk) {
            return chunk.at + 16 == block.begin.value && chunk.size == 0x50 &&
                   chunk.state == ChunkState::live;
        };
        const auto& second = forged.arenas.front().chunks;
        CHECK(std::count_if(forged.main.chunks.begin(), forged.main.chunks.end(), is_it) +
                  std::count_if(second.begin(), second.end(), is_it) ==
              1);
        if (block.begin.value < ForgedHeap::arenas_at) ++in_main;
        if (memory.word(block.begin.value) == 0) ++first_kind;
    }
    CAPTURE(in_main, first_kind);
    CHECK(in_main > 16);
    CHECK(in_main < 48);
    CHECK(first_kind > 16);
    CHECK(first_kind < 48);
    CHECK(sample_blocks(request, Bytes(0x48), 64, memory).blocks == sample.blocks);
}

TEST_CASE("block sample: few blocks are all taken, and such as have a mapping of their own have all of it") {
    PageMemory memory;
    ForgedHeap forged(layout_236(), memory);
    fill(forged, memory);
    const MallocRequest request = request_for(forged);
    const BlockSample one = sample_blocks(request, Bytes(0x408), 64, memory);
    CHECK(one.of == 1);
    CHECK(one.blocks.size() == 1);
    const std::uint64_t large = forged.mmapped_chunks.front().at;
    CHECK(sample_blocks(request, Bytes(0x101000 - 16), 64, memory).blocks ==
          std::vector<Range>{range_of(large + 16, large + 0x101000)});
}

TEST_CASE("block sample: where there is none of the size it names those that come nearest") {
    PageMemory memory;
    ForgedHeap forged(layout_236(), memory);
    fill(forged, memory);
    const MallocRequest request = request_for(forged);
    const BlockSample none = sample_blocks(request, Bytes(100), 64, memory);
    CHECK(none.blocks.empty());
    CHECK(none.of == 0);
    CHECK(none.nearest.size() <= 6);
    CHECK(std::is_sorted(none.nearest.begin(), none.nearest.end()));
    for (const Bytes size : {Bytes(0x28), Bytes(0x48), Bytes(0x68), Bytes(0x408)}) {
        CAPTURE(size.value());
        CHECK(std::count(none.nearest.begin(), none.nearest.end(), size) == 1);
    }
}

TEST_CASE("block sample: blocks with a header of NMT's are not in it") {
    PageMemory memory;
    ForgedHeap forged(layout_236(), memory);
    forged.main.cache();
    std::uint64_t untracked = 0;
    for (int i = 0; i < 10; ++i) {
        const std::uint64_t tracked = forged.main.live(0x50);
        memory.put(tracked + 16, 32);                  // the size
        memory.put(tracked + 24, 0xe99e000400000001);  // call site, tag 4, canary
        memory.put(tracked + 16 + 16 + 32, 0x8ee8);    // the footer
        untracked = forged.main.live(0x50);
        memory.put(untracked + 16, 32);
    }
    forged.main.end_with_top();
    forged.finish();
    MallocRequest request = request_for(forged);
    CHECK(sample_blocks(request, Bytes(0x48), 64, memory).of == 20);
    request.headers = NmtHeaders::canary;
    request.tags = 20;
    const BlockSample sample = sample_blocks(request, Bytes(0x48), 64, memory);
    CHECK(sample.of == 10);
    REQUIRE(sample.blocks.size() == 10);
    CHECK(sample.blocks.back().begin.value == untracked + 16);
}

TEST_CASE("block sample: the walk reads resident pages alone, and tells how far it is") {
    struct Told : PageMemory {
        void reached(Bytes done, Bytes of) override {
            CHECK(done <= of);
            last = done;
            all = of;
            ++times;
        }
        Bytes last, all;
        int times = 0;
    } memory;
    ForgedHeap forged(layout_236(), memory);
    forged.main.cache();
    for (int i = 0; i < 3; ++i) forged.main.live(0x1000010);  // each passes 16 MiB
    forged.main.live(0x50);
    forged.main.end_with_top();
    forged.finish();
    const BlockSample sample = sample_blocks(request_for(forged), Bytes(0x48), 64, memory);
    CHECK(sample.of == 1);
    CHECK(memory.times >= 3);
    CHECK(memory.last == memory.all);
}

TEST_CASE("block sample: without a heap of glibc's there is nothing") {
    PageMemory memory;
    MallocRequest request;
    const BlockSample sample = sample_blocks(request, Bytes(64), 64, memory);
    CHECK(sample.blocks.empty());
    CHECK(sample.nearest.empty());
}
