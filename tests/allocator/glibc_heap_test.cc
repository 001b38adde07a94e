#include "allocator/glibc_heap.h"

#include "allocator/chunk_walk.h"
#include "allocator/forged_heap.h"
#include "catch.h"

using namespace nmtx;

namespace {

// One of everything that the layout has, in the main arena (with a hole in its brk, and an extension) and in
// two further ones, the first of them with two heaps.
void build_one_of_everything(ForgedHeap& forged, const GlibcLayout& layout, std::size_t cache_size = 0) {
    const auto some_of_each = [&](ForgedArena& arena) {
        arena.cache(cache_size);
        for (std::uint64_t size = 0x20; size <= 0x80; size += 0x10) {
            arena.live(size);
            if (layout.fastbin_count > 0) arena.fast(size);
            if (layout.fastbin_count > 0) arena.fast(size);
            arena.live(size);
            if (layout.tcache != TcacheKind::none) arena.cached(size);
            if (layout.tcache != TcacheKind::none) arena.cached(size);
        }
        arena.live(0x30);
        arena.binned(0x450);
        arena.live(0x21010);
    };
    some_of_each(forged.main);
    forged.main.fill_page(32);
    forged.main.end_with_fenceposts();
    forged.main.from(forged.main.at() + 0x2000);  // somebody else's sbrk
    for (int i = 0; i < 9; ++i) forged.main.live(0x40);
    forged.main.end_with_top(3);
    forged.end_brk();
    const std::uint64_t extension = forged.mapping(0x100000);
    forged.main.from(extension);
    for (int i = 0; i < 100; ++i) forged.main.live(0x210);
    forged.main.fill_page(32);
    forged.main.end_with_fenceposts();
    forged.main.system += forged.main.at() - extension;

    ForgedArena& second = forged.arena();
    some_of_each(second);
    second.fill_page(32);
    forged.further_heap(second);
    for (int i = 0; i < 9; ++i) second.live(0x90);
    second.end_with_top();
    ForgedArena& third = forged.arena();
    some_of_each(third);
    third.end_with_top(1);
    forged.mmapped(0x101000);
    forged.mmapped(0x102000, 48);
    forged.mmapped(0x110000, 0xff0);
    forged.finish();
}

std::vector<ForgedChunk> all_chunks(const ForgedHeap& forged) {
    std::vector<ForgedChunk> all = forged.main.chunks;
    for (const ForgedArena& arena : forged.arenas)
        all.insert(all.end(), arena.chunks.begin(), arena.chunks.end());
    all.insert(all.end(), forged.mmapped_chunks.begin(), forged.mmapped_chunks.end());
    std::sort(all.begin(), all.end());
    return all;
}

WalkedChunks walked(const GlibcHeap& heap, PageMemory& memory, const WalkBounds& bounds = {}) {
    WalkedChunks sink;
    const FreeChunks free = find_free_chunks(heap, find_caches(heap, memory, bounds), memory, bounds);
    walk_chunks(heap, free, memory, bounds, sink);
    return sink;
}

}  // namespace

TEST_CASE(
    "glibc heap: a main arena that remembers the rest of a split chunk is not looked for 16 bytes early") {
    for (const GlibcLayout& layout : glibc_layouts()) {
        CAPTURE(layout.name);
        PageMemory memory;
        ForgedHeap forged(layout, memory);
        build_one_of_everything(forged, layout);
        memory.put(ForgedHeap::main_state + layout.top + 8, forged.main.chunks.front().at);  // last_remainder
        const GlibcHeap heap = find_glibc_heap(forged.search(), memory);
        REQUIRE(heap.layout != nullptr);
        CHECK(heap.arenas.front().state == Address{ForgedHeap::main_state});
        CHECK(heap.arenas.size() == 3);
        CHECK(heap.notes.empty());
    }
}

TEST_CASE("glibc heap: of every layout each chunk is found in its state, and nothing else") {
    for (const GlibcLayout& layout : glibc_layouts()) {
        for (std::size_t cache_size = 0; cache_size < 2; ++cache_size) {
            if (cache_size == 1 && layout.tcache_chunk[1] == 0) continue;
            CAPTURE(layout.name, cache_size);
            PageMemory memory;
            ForgedHeap forged(layout, memory);
            build_one_of_everything(forged, layout, cache_size);
            const GlibcHeap heap = find_glibc_heap(forged.search(), memory);
            REQUIRE(heap.layout == &layout);
            CHECK(heap.notes.empty());
            REQUIRE(heap.arenas.size() == 3);
            CHECK(heap.arenas[0].system == Bytes(forged.main.system));
            CHECK(heap.arenas[0].heaps == 2);
            CHECK(heap.arenas[1].system == Bytes(forged.arenas[0].system));
            CHECK(heap.arenas[1].heaps == 2);
            CHECK(heap.arenas[2].state == Address{forged.arenas[1].state});
            CHECK(heap.mmapped_expected == Bytes(forged.mapped));
            const WalkedChunks sink = walked(heap, memory);
            const auto expected = all_chunks(forged);
            auto found = sink.chunks;
            std::sort(found.begin(), found.end());
            REQUIRE(found.size() == expected.size());
            for (std::size_t i = 0; i < found.size(); ++i) {
                CAPTURE(i, found[i].at);
                REQUIRE(found[i] == expected[i]);
            }
            CHECK(sink.in_chunks + sink.in_lost == sink.in_regions);
            // Before the headers that aligned_alloc moved; nobody has touched the hole in the brk.
            CHECK(sink.in_lost == 48 + 0xff0);
        }
    }
}

TEST_CASE("glibc heap: where the release is not known, the offsets and the ring are those of the target") {
    for (const GlibcLayout& layout : glibc_layouts()) {
        CAPTURE(layout.name);
        PageMemory memory;
        ForgedHeap forged(layout, memory);
        build_one_of_everything(forged, layout);
        GlibcSearch search = forged.search();
        search.release.reset();
        const GlibcHeap heap = find_glibc_heap(search, memory);
        REQUIRE(heap.layout != nullptr);
        CHECK(heap.layout->bins == layout.bins);
        CHECK(heap.layout->heap_info == layout.heap_info);
        CHECK(heap.arenas.size() == 3);
        CHECK(heap.arenas[0].system == Bytes(forged.main.system));
    }
}

TEST_CASE("glibc heap: a release that is no row's, or none, is no hindrance") {
    const GlibcLayout& layout = *glibc_layout_of("2.36");
    PageMemory memory;
    ForgedHeap forged(layout, memory);
    build_one_of_everything(forged, layout);
    GlibcSearch search = forged.search();
    search.release = GENERATE("2.99", "", "2.", "3.36", "two", "2.17", "2.31");
    const GlibcHeap heap = find_glibc_heap(search, memory);
    REQUIRE(heap.layout != nullptr);
    CHECK(heap.layout->bins == layout.bins);
    CHECK(heap.arenas.size() == 3);
}

TEST_CASE("glibc heap: 2.17 to 2.22 may count the threads of an arena, and there may be none") {
    const GlibcLayout& layout = *glibc_layout_of("2.17");
    PageMemory memory;
    ForgedHeap forged(layout, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    forged.finish();
    const std::uint64_t size_at = forged.main.state + layout.system_mem();
    memory.put(size_at, GENERATE(0U, 1U, 7U));
    memory.put(size_at + 8, forged.main.system);
    memory.put(size_at + 16, forged.main.system);
    const GlibcHeap heap = find_glibc_heap(forged.search(), memory);
    REQUIRE(heap.arenas.size() == 1);
    CHECK(heap.arenas[0].system == Bytes(forged.main.system));
    CHECK(heap.regions.size() == 1);
}

TEST_CASE("glibc heap: where malloc has taken nothing another allocator serves, and [heap] is not walked") {
    const GlibcLayout& layout = *glibc_layout_of("2.36");
    PageMemory memory;
    ForgedHeap forged(layout, memory);
    forged.main.end_with_top();
    forged.brk_end = ForgedHeap::brk + 0x1000;
    forged.finish();
    const GlibcHeap heap = find_glibc_heap(forged.search(), memory);
    CHECK(heap.layout == nullptr);
    CHECK(heap.why == "glibc's malloc has taken no memory: another allocator serves the process");
    CHECK(heap.regions.empty());
}

TEST_CASE(
    "glibc heap: without libc's data, or without an arena in it, nothing is walked and the reason said") {
    PageMemory memory;
    GlibcSearch search;
    std::string why;
    SECTION("no data") {
        why = "no glibc (libc.so.6) is mapped";
    }
    SECTION("no arena") {
        search.libc_data = {range_of(ForgedHeap::libc, ForgedHeap::libc + 0x4000)};
        memory.touch(search.libc_data.front());
        why = "no main arena of glibc's was found in the C library's data";
    }
    SECTION("not resident") {
        search.libc_data = {range_of(ForgedHeap::libc, ForgedHeap::libc + 0x4000)};
        why = "none of the C library's data is resident";
    }
    const GlibcHeap heap = find_glibc_heap(search, memory);
    CHECK(heap.layout == nullptr);
    CHECK(heap.why == why);
}

TEST_CASE("glibc heap: memory that may not be read is the reason, and not a layout that nobody knows") {
    struct Refused : PageMemory {
        std::size_t read(Address /*at*/, std::span<std::byte> /*into*/) override { return 0; }
    } memory;
    GlibcSearch search;
    search.libc_data = {range_of(ForgedHeap::libc, ForgedHeap::libc + 0x4000)};
    memory.touch(search.libc_data.front());
    CHECK(find_glibc_heap(search, memory).why == memory_not_readable);
}

TEST_CASE("glibc heap: a heap that is not readable breaks its arena off, and the others stay") {
    const GlibcLayout& layout = *glibc_layout_of("2.36");
    PageMemory memory;
    ForgedHeap forged(layout, memory);
    build_one_of_everything(forged, layout);
    const GlibcSearch search = forged.search();
    memory.evict(
        range_of(ForgedHeap::arenas_at + ForgedHeap::span, ForgedHeap::arenas_at + ForgedHeap::span + 1));
    const GlibcHeap heap = find_glibc_heap(search, memory);
    REQUIRE(heap.arenas.size() == 3);
    CHECK(heap.arenas[1].heaps == 0);
    CHECK(heap.arenas[2].heaps == 1);
    REQUIRE(heap.notes.size() == 1);
    CHECK(heap.notes[0] == "The heaps of the arena at 7f1000000030 break off at 7f1004000000.");
}

TEST_CASE("glibc heap: what a counter of mmapped memory does not follow is no such counter") {
    const GlibcLayout& layout = *glibc_layout_of("2.36");
    PageMemory memory;
    ForgedHeap forged(layout, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    forged.mmapped(0x101000);
    forged.finish();
    SECTION("another limit of mappings") {
        memory.put(ForgedHeap::mp + 16, 1000);
    }
    SECTION("more than there ever was") {
        memory.put(ForgedHeap::mp + 32, 0x1000000);
    }
    const GlibcHeap heap = find_glibc_heap(forged.search(), memory);
    CHECK_FALSE(heap.mmapped_expected.has_value());
    CHECK(heap.regions.size() == 2);
}
