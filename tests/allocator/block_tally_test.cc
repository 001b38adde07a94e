#include "allocator/block_tally.h"

#include "allocator/forged_heap.h"
#include "allocator/walk_laws.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t canary(std::uint64_t tag) {
    return 0xe99e000000000000 | tag << 32U | 0x1234;
}

// A block of NMT's with canary and footer for `requested` bytes, in a chunk of `size`.
std::uint64_t put_tracked(ForgedArena& arena, PageMemory& memory, std::uint64_t size, std::uint64_t requested,
                          std::uint64_t tag) {
    const std::uint64_t chunk = arena.live(size);
    memory.put(chunk + 16, requested);
    memory.put(chunk + 24, canary(tag));
    const std::array footer{std::byte{0xe8}, std::byte{0x8e}};
    memory.write(chunk + 16 + 16 + requested, footer);
    return chunk;
}

struct TalliedHeap {
    PageMemory memory;
    ForgedHeap heap{layout_2_36, memory};

    MallocWalk walk(NmtHeaders headers, bool may_be_older = false) {
        heap.main.end_with_top();
        heap.finish();
        MallocRequest request;
        request.search = heap.search();
        request.headers = headers;
        request.headers_may_be_older = may_be_older;
        request.tags = 28;
        return walk_forged(std::move(request), memory);
    }
};

}  // namespace

TEST_CASE("block tally: blocks with NMT's canary are counted by tag, as NMT counts them") {
    TalliedHeap forged;
    put_tracked(forged.heap.main, forged.memory, 0x60, 70, 9);
    put_tracked(forged.heap.main, forged.memory, 0x60, 60, 9);
    put_tracked(forged.heap.main, forged.memory, 0x20, 5, 2);
    put_tracked(forged.heap.main, forged.memory, 0x21010, 0x21010 - 8 - 18, 27);
    forged.heap.main.live(0x60);
    const MallocWalk walk = forged.walk(NmtHeaders::canary);
    CHECK(walk.headers == "canary");
    REQUIRE(walk.tracked.size() == 3);
    CHECK(walk.tracked[0].name == "tag 27");
    CHECK(walk.tracked[1].name == "tag 9");
    CHECK(walk.tracked[1].requested == Bytes(130));
    CHECK(walk.tracked[1].chunks.bytes == Bytes(0xc0));
    CHECK(walk.tracked[2].requested == Bytes(5));
    CHECK(walk.arenas[0].untracked.blocks == 1);
}

TEST_CASE("block tally: realloc may leave up to a smallest chunk behind a tracked block") {
    TalliedHeap forged;
    put_tracked(forged.heap.main, forged.memory, 0x100, 0x100 - 8 - 18 - 46, 9);
    CHECK(forged.walk(NmtHeaders::canary).arenas[0].tracked.blocks == 1);
}

TEST_CASE("block tally: what looks like a canary but does not hold together is not NMT's") {
    TalliedHeap forged;
    const std::uint64_t chunk = put_tracked(forged.heap.main, forged.memory, 0x60, 70, 9);
    SECTION("no footer") {
        forged.memory.write(chunk + 32 + 70, std::array{std::byte{0}, std::byte{0}});
    }
    SECTION("half a footer") {
        forged.memory.write(chunk + 32 + 71, std::array{std::byte{0}});
    }
    SECTION("a tag that does not exist") {
        forged.memory.put(chunk + 24, canary(28));
    }
    SECTION("another canary") {
        forged.memory.put(chunk + 24, canary(9) ^ std::uint64_t{1} << 48U);
    }
    SECTION("a byte that is zero in the header") {
        forged.memory.put(chunk + 24, canary(9) | std::uint64_t{1} << 40U);
    }
    SECTION("larger than its chunk") {
        forged.memory.put(chunk + 16, 0x60);
    }
    SECTION("a size that overflows") {
        forged.memory.put(chunk + 16, ~std::uint64_t{0} - 10);
    }
    SECTION("far smaller than its chunk") {
        forged.memory.put(chunk + 16, 1);
    }
    const MallocWalk walk = forged.walk(NmtHeaders::canary);
    CHECK(walk.arenas[0].tracked.blocks == 0);
    CHECK(walk.arenas[0].untracked.blocks == 1);
    CHECK(walk.headers.empty());
}

TEST_CASE("block tally: without a canary a tag that exists and a size that fits make a block NMT's") {
    TalliedHeap forged;
    ForgedArena& main = forged.heap.main;
    const auto put = [&](std::uint64_t size, std::uint64_t requested, std::uint64_t word) {
        const std::uint64_t chunk = main.live(size);
        forged.memory.put(chunk + 16, requested);
        forged.memory.put(chunk + 24, word);
    };
    put(0x60, 70, 0xabcdef0123456709);  // the seven bytes behind the tag are anything
    put(0x70, 70, 9);                   // malloc could not split the rest off
    put(0x80, 70, 9);                   // no
    put(0x60, 70, 28);                  // no such tag
    put(0x60, 0, 9);                    // nothing
    put(0x20, ~std::uint64_t{0}, 9);    // overflows
    put(0x50, 70, 9);                   // too small
    const std::uint64_t mapped = forged.heap.mmapped(0x102000);
    forged.memory.put(mapped + 16, 0x101000);
    forged.memory.put(mapped + 24, 9);
    bool older = false;
    SECTION("asked for") {}
    SECTION("where no block has the canary") {
        older = true;
    }
    const MallocWalk walk = forged.walk(older ? NmtHeaders::canary : NmtHeaders::size, older);
    CHECK(walk.headers == "size");
    CHECK(walk.arenas[0].tracked.blocks == 2);
    CHECK(walk.arenas[0].untracked.blocks == 5);
    CHECK(walk.mmapped_tracked.blocks == 1);
}

TEST_CASE("block tally: where NMT is off all live blocks count as untracked") {
    TalliedHeap forged;
    put_tracked(forged.heap.main, forged.memory, 0x60, 70, 9);
    const MallocWalk walk = forged.walk(NmtHeaders::none);
    CHECK(walk.tracked.empty());
    CHECK(walk.arenas[0].untracked.blocks == 1);
}

TEST_CASE("block tally: sizes are those that a program may use, most bytes first, the rest last") {
    TalliedHeap forged;
    for (int i = 0; i < 9; ++i) forged.heap.main.live(0x3f0);
    for (std::uint64_t i = 0; i < 100; ++i) forged.heap.main.live(0x20 + i * 16);
    forged.heap.mmapped(0x101000);
    const MallocWalk walk = forged.walk(NmtHeaders::none);
    REQUIRE(walk.sizes.size() == 65);
    CHECK(walk.sizes[0].block == Bytes(0x101000 - 16));
    CHECK(walk.sizes[1].block == Bytes(0x3f0 - 8));
    CHECK(walk.sizes[1].chunks.blocks == 10);
    CHECK(walk.sizes.back().block == Bytes());
    CHECK(walk.sizes.back().chunks.blocks == 101 - 64);
}

TEST_CASE(
    "block tally: first words are kept by word and size, and when there are too many by file and size") {
    FirstWords words;
    Chunk chunk;
    chunk.size = 0x40;
    chunk.resident = 0x40;
    for (std::uint64_t word = 1; word <= 40'000; ++word) words.add(word * 8, 0x7000, chunk);
    words.add(8, 0x7000, chunk);
    ChunkSum sum;
    std::size_t of_file = 0;
    for (const FirstWord& word : words.all()) {
        sum += word.chunks;
        if (word.word == 8) CHECK(word.chunks.blocks == 2);
        if (word.word == 0x7000 && word.chunks.blocks > 1) ++of_file;
    }
    CHECK(sum.blocks == 40'001);
    CHECK(of_file == 1);
    for (std::uint64_t file = 0; file < 200'000; ++file) words.add(file + 1'000'000, file * 4096, chunk);
    CHECK(words.all().size() <= (1U << 15U) + 65536);
}
