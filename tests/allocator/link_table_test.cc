#include "allocator/link_table.h"

#include <cstring>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t heap_base = 0x7f0000000000;

GlibcHeap heap_of(const char* release) {
    GlibcHeap heap;
    heap.layout = glibc_layout_of(release);
    heap.arenas.resize(1);
    heap.regions.push_back({range_of(heap_base, heap_base + 0x100000),
                            {heap_base},
                            {heap_base + 0x100000},
                            RegionKind::main_arena,
                            0});
    return heap;
}

void meet(LinkTable& table, std::uint64_t at, std::uint64_t first_word, std::uint64_t size = 0x20,
          ChunkState state = ChunkState::live) {
    Chunk chunk;
    chunk.at = at;
    chunk.size = size;
    chunk.state = state;
    chunk.user = std::as_bytes(std::span(&first_word, 1));
    table.chunk(chunk);
}

std::uint64_t mangled(std::uint64_t at, std::uint64_t next) {
    return next ^ ((at + chunk_header_bytes) >> 12U);
}

}  // namespace

TEST_CASE("link table: a chunk's first word leads to the next one, mangled from 2.32 on") {
    const bool old = GENERATE(true, false);
    const GlibcHeap heap = heap_of(old ? "2.31" : "2.36");
    const auto stored = [&](std::uint64_t at, std::uint64_t next) { return old ? next : mangled(at, next); };
    LinkTable table(heap);
    table.begin(heap.regions[0], Bytes(4096));
    meet(table, heap_base + 0x40, stored(heap_base + 0x40, heap_base + 0x1000));
    meet(table, heap_base + 0x1000, stored(heap_base + 0x1000, 0));
    table.follow(heap_base + 0x2000);
    table.follow(heap_base + 0x48);
    table.follow(0x1000);
    CHECK(table.followed().empty());
    table.follow(heap_base + 0x40);
    CHECK(table.followed() == std::vector<std::uint64_t>{heap_base + 0x40, heap_base + 0x1000});
    CHECK(table.size() == 2);
}

TEST_CASE(
    "link table: what is no link is not taken: other states, larger chunks, addresses outside of malloc's "
    "memory") {
    const GlibcHeap heap = heap_of("2.31");
    LinkTable table(heap);
    table.begin(heap.regions[0], Bytes(4096));
    meet(table, heap_base + 0x40, heap_base + 0x80, 0x20, ChunkState::binned);
    meet(table, heap_base + 0x80, heap_base + 0x40, 0x90);
    meet(table, heap_base + 0x200, heap_base + 0x48);
    meet(table, heap_base + 0x240, heap_base + 0x200000);
    CHECK(table.size() == 0);
}

TEST_CASE("link table: it grows with the memory that is walked, and says when it is full") {
    GlibcHeap heap = heap_of("2.31");
    heap.regions[0].whole = range_of(heap_base, heap_base + 0x10000000);
    LinkTable table(heap);
    table.begin(heap.regions[0], Bytes(512 * 100));
    for (std::uint64_t i = 0; i < 1'000'101; ++i)
        meet(table, heap_base + i * 0x20, heap_base + (i + 1) * 0x20);
    CHECK(table.size() == 1'000'100);
    CHECK(table.full());
    table.follow(heap_base + 999'999 * 0x20);
    CHECK(table.followed().size() == 101);  // the last one's next was not met
}

TEST_CASE("link table: lists that end in one another, or in themselves, are followed once") {
    const GlibcHeap heap = heap_of("2.31");
    LinkTable table(heap);
    table.begin(heap.regions[0], Bytes(4096));
    meet(table, heap_base + 0x40, heap_base + 0x80);
    meet(table, heap_base + 0x80, heap_base + 0xc0);
    meet(table, heap_base + 0xc0, heap_base + 0x40);
    meet(table, heap_base + 0x100, heap_base + 0x80);
    table.follow(heap_base + 0x40);
    table.follow(heap_base + 0x100);
    CHECK(table.followed() == std::vector<std::uint64_t>{heap_base + 0x40, heap_base + 0x80, heap_base + 0xc0,
                                                         heap_base + 0x100});
}
