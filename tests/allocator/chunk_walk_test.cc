#include "allocator/chunk_walk.h"

#include "allocator/walk_laws.h"

using namespace nmtx;

namespace {

struct HeapOfChunks {
    explicit HeapOfChunks(int chunks, std::uint64_t size = 0x210) {
        for (int i = 0; i < chunks; ++i) heap.main.live(size);
        heap.main.end_with_top();
        heap.finish();
    }
    PageMemory memory;
    ForgedHeap heap{layout_2_36, memory};
};

}  // namespace

TEST_CASE("chunk walk: a page that is not resident hides the chunks whose headers it has, and no others") {
    HeapOfChunks forged(100);
    forged.memory.evict(range_of(ForgedHeap::brk + 0x3000, ForgedHeap::brk + 0x4000));
    const MallocWalk walk = walk_forged(forged.heap.search(), forged.memory);
    CHECK(walk.arenas[0].untracked.blocks >= 100 - 10);
    CHECK(walk.arenas[0].untracked.blocks < 100);
    CHECK(walk.arenas[0].not_walked < Bytes(2 * 0x210));
    CHECK(walk.arenas[0].resident ==
          walk.arenas[0].untracked.resident + Bytes(walk.arenas[0].top.resident) + walk.arenas[0].not_walked);
}

TEST_CASE("chunk walk: of a large chunk that is partly resident the resident part counts") {
    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    const std::uint64_t large = forged.main.live(0x20010);
    forged.main.live(0x40);
    forged.main.end_with_top();
    forged.finish();
    memory.evict(range_of(large + 0x1000, large + 0x11000));
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.arenas[0].untracked.blocks == 2);
    CHECK(walk.arenas[0].untracked.bytes == Bytes(0x20050));
    CHECK(walk.arenas[0].untracked.resident == Bytes(0x10050));
}

TEST_CASE("chunk walk: a top chunk of which nothing but the header is resident costs that page") {
    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    forged.main.live(0x40);
    forged.main.end_with_top(32);
    forged.finish();
    memory.evict(range_of(ForgedHeap::brk + 0x1000, forged.brk_end));
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.arenas[0].top.blocks == 1);
    CHECK(walk.arenas[0].top.resident == Bytes(0x1000 - 0x40));
}

TEST_CASE("chunk walk: nothing of malloc's is resident any more") {
    HeapOfChunks forged(100);
    const GlibcSearch search = forged.heap.search();
    forged.memory.evict(*search.brk);
    const MallocWalk walk = walk_forged(search, forged.memory);
    CHECK(walk.arenas[0].resident == Bytes());
    CHECK(walk.arenas[0].live().blocks == 0);
}

TEST_CASE("chunk walk: what a limit leaves out is not walked, and said") {
    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    ForgedArena& arena = forged.arena();
    for (int i = 0; i < 1000; ++i) arena.live(0x210);
    arena.end_with_top();
    forged.mmapped(0x2000);
    forged.finish();
    MallocRequest request;
    request.search = forged.search();
    request.search.shapes.mmapped_chunks = {range_of(ForgedHeap::mapped_at, ForgedHeap::mapped_at + 0x2000)};
    request.bounds.resident = Bytes(0x4000);
    const MallocWalk walk = walk_forged(request, memory);
    CHECK(walk.arenas[0].untracked.blocks == 1);
    CHECK(walk.arenas[1].live().blocks == 0);
    CHECK(walk.arenas[1].not_walked == walk.arenas[1].resident);
    CHECK(walk.mmapped_untracked.blocks == 1);
    CHECK(has_note(walk, "The limit left 0.5 MiB unwalked."));
}

TEST_CASE("chunk walk: resident runs answer in any order") {
    ResidentRuns runs({range_of(0x1000, 0x2000), range_of(0x4000, 0x6000), range_of(0x8000, 0x9000)});
    CHECK(runs.total() == Bytes(0x4000));
    CHECK(runs.in(0, 0x10000) == 0x4000);
    CHECK(runs.in(0x8800, 0x9800) == 0x800);
    CHECK(runs.in(0x1800, 0x4800) == 0x1000);
    CHECK(runs.in(0x2000, 0x4000) == 0);
    CHECK(runs.end_of_run(0x8000) == 0x9000);
    CHECK(runs.end_of_run(0x2000) == 0x2000);
    CHECK(runs.end_of_run(0x5fff) == 0x6000);
    CHECK(runs.next_run(0x1000, 7) == 0x4000);
    CHECK(runs.next_run(0x2000, 7) == 0x4000);
    CHECK(runs.next_run(0x8000, 7) == 7);
}

TEST_CASE(
    "chunk walk: chunks in huge pages are walked as any others, and no byte of them counts as resident") {
    const GlibcLayout& newest = *glibc_layout_of("2.43");
    PageMemory memory;
    ForgedHeap forged(newest, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    const std::uint64_t plain = forged.mmapped(0x20000);
    const std::uint64_t huge = forged.mmapped(0x200000, 0, mmapped_huge);
    forged.mmapped(0x200000, 0xfff0, mmapped_huge);
    forged.finish();
    GlibcSearch search = forged.search();
    REQUIRE(search.shapes.mmapped_chunks.size() == 3);
    search.beside_rss = {range_of(huge, huge + 0x400000)};
    const MallocWalk walk = walk_forged(search, memory);
    CHECK(walk.mmapped_untracked.blocks == 3);
    CHECK(walk.mmapped_untracked.bytes == Bytes(0x20000 + 0x400000 - 0xfff0));
    CHECK(walk.mmapped_untracked.resident == Bytes(0x20000));
    CHECK(walk.mmapped_not_walked == Bytes());
    REQUIRE(walk.regions.size() == 4);
    CHECK(walk.regions[1].range.begin == Address{plain});
    CHECK(walk.regions[1].resident == Bytes(0x20000));
    CHECK(walk.regions[2].resident == Bytes());
}

TEST_CASE("chunk walk: of chunks in bins the whole resident pages are told, which a trim gives back") {
    static_assert(pages_to_trim(0x10000, 0xfd0).begin == pages_to_trim(0x10000, 0xfd0).end);
    static_assert(pages_to_trim(0x10fd0, 0x1030).end - pages_to_trim(0x10fd0, 0x1030).begin == 0x1000);
    // The links of the bin stay.
    static_assert(pages_to_trim(0x10fe0, 0x1020).begin == pages_to_trim(0x10fe0, 0x1020).end);
    static_assert(pages_to_trim(0x10010, 0x3fef).begin == 0x11000 &&
                  pages_to_trim(0x10010, 0x3fef).end == 0x13000);

    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    const std::uint64_t large = forged.main.binned(0x20000);
    forged.main.live(0x40);
    forged.main.binned(0x800);
    forged.main.live(0x40);
    forged.main.end_with_top();
    forged.finish();
    memory.evict(range_of(large + 0x4000, large + 0x8000));
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.arenas[0].binned.blocks == 2);
    CHECK(walk.arenas[0].binned.resident == Bytes(0x20000 - 0x4000 + 0x800));
    CHECK(walk.arenas[0].to_trim == Bytes(0x20000 - 0x1000 - 0x4000));
}
