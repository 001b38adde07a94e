// Memory that was made to lead the walk astray. What is asserted is bounded by what was read, never by time.
#include <random>

#include "allocator/walk_laws.h"

using namespace nmtx;

namespace {

// Two arenas beside the main one, with some chunks each.
template <typename Memory>
struct ForgedArenas {
    explicit ForgedArenas(const GlibcLayout& layout = layout_2_36) : heap(layout, memory) {
        for (int i = 0; i < 20; ++i) heap.main.live(0x40);
        heap.main.end_with_top();
        for (int n = 0; n < 2; ++n) {
            ForgedArena& arena = heap.arena();
            for (int i = 0; i < 20; ++i) arena.live(0x50);
            arena.end_with_top();
        }
        heap.finish();
    }

    Memory memory;
    ForgedHeap heap;
};
using ThreeArenas = ForgedArenas<PageMemory>;

constexpr std::uint64_t second_heap = ForgedHeap::arenas_at + ForgedHeap::span;

// Nothing can be read any more after so many reads: the process has ended, or the user has.
class EndedMemory : public PageMemory {
  public:
    std::size_t read(Address at, std::span<std::byte> into) override {
        const std::size_t bytes = PageMemory::read(at, into);
        return reads > readable ? 0 : bytes;
    }
    std::uint64_t readable = ~std::uint64_t{0};
};

// Arenas without an end: one page each, every one points to the next 64 MiB further on.
class EndlessArenas : public PageMemory {
  public:
    static constexpr std::uint64_t first_arena = 0x100000000000;  // there is room for a million
    std::size_t read(Address at, std::span<std::byte> into) override {
        const std::uint64_t base = at.value / ForgedHeap::span * ForgedHeap::span;
        const bool endless = at.value >= first_arena && at.value < ForgedHeap::brk;
        if (!endless || at.value - base >= page) return PageMemory::read(at, into);
        ++reads;
        std::vector<std::uint64_t> words(page / 8);
        words[0] = base + 0x30;
        words[2] = words[3] = page;
        const GlibcLayout& layout = layout_2_36;
        for (std::uint64_t i = 0; i < 254; ++i)
            words[(0x30 + layout.bins) / 8 + i] = base + 0x30 + layout.bins + i / 2 * 16 - 16;
        words[(0x30 + layout.top) / 8] = base + 0x8d0;
        words[(0x30 + layout.next()) / 8] = base + ForgedHeap::span + 0x30;
        words[(0x30 + layout.system_mem()) / 8] = page;
        words[0x8d8 / 8] = (page - 0x8d0) | 1;
        const auto bytes = std::as_bytes(std::span(words)).subspan(at.value - base);
        const std::size_t some = std::min(into.size(), bytes.size());
        std::copy_n(bytes.begin(), some, into.begin());
        return some;
    }
    std::vector<Range> resident_runs(Range range) override {
        if (range.begin.value < first_arena || range.begin.value >= ForgedHeap::brk)
            return PageMemory::resident_runs(range);
        const std::uint64_t base = range.begin.value / ForgedHeap::span * ForgedHeap::span;
        const Range first = intersect(range, range_of(base, base + page));
        return first.empty() ? std::vector<Range>() : std::vector<Range>{first};
    }
};

}  // namespace

TEST_CASE("hostile: a ring of arenas that does not come back to the main one ends where it repeats itself") {
    ThreeArenas forged;
    std::uint64_t next = 0;
    SECTION("to the first of them") {
        next = ForgedHeap::arenas_at + 0x30;
    }
    SECTION("to itself") {
        next = second_heap + 0x30;
    }
    SECTION("into nothing") {
        next = second_heap + ForgedHeap::span + 0x30;
    }
    SECTION("to no place of an arena") {
        next = ForgedHeap::brk + 0x100;
    }
    SECTION("to zero") {}
    SECTION("to the end of the address space") {
        next = ~std::uint64_t{0} - 7;
    }
    forged.memory.put(second_heap + 0x30 + layout_2_36.next(), next);
    const MallocWalk walk = walk_forged(forged.heap.search(), forged.memory);
    CHECK(walk.arenas.size() == 3);
    CHECK(has_note(walk, "The ring of arenas breaks off at"));
    for (const ArenaFigures& arena : walk.arenas) CHECK(arena.untracked.blocks == 20);
}

TEST_CASE("hostile: a process that ends at any moment of the walk leaves arenas, or why there are none") {
    const std::uint64_t reads = [] {
        ForgedArenas<EndedMemory> forged;
        REQUIRE(walk_forged(forged.heap.search(), forged.memory).arenas.size() == 3);
        return forged.memory.reads;
    }();
    REQUIRE(reads > 5);
    for (std::uint64_t readable = 0; readable < reads; ++readable) {
        ForgedArenas<EndedMemory> forged;
        forged.memory.readable = readable;
        const MallocWalk walk = walk_forged(forged.heap.search(), forged.memory);
        CAPTURE(readable, reads, walk.why_not_walked);
        CHECK(walk.why_not_walked.empty() == !walk.arenas.empty());
    }
}

TEST_CASE("hostile: heaps that point at each other, and headers that no heap has, break their arena off") {
    ThreeArenas forged;
    const std::uint64_t heap = ForgedHeap::arenas_at;
    std::uint64_t left = 0;
    SECTION("at each other") {
        // The top lies in a third heap, whose `previous` is a fourth one, and so on back.
        const std::uint64_t third = second_heap + ForgedHeap::span, fourth = third + ForgedHeap::span;
        for (const std::uint64_t at : {third, fourth}) {
            forged.memory.put(at, heap + 0x30);
            forged.memory.put(at + 8, at == third ? fourth : third);
            forged.memory.put(at + 16, 0x1000);
            forged.memory.put(at + 24, 0x1000);
        }
        forged.memory.put(heap + 0x30 + layout_2_36.top, third + 0x100);
        left = 2;
    }
    SECTION("previous is itself") {
        forged.memory.put(heap + 8, heap);
        left = 1;
    }
    SECTION("larger than a heap can be") {
        forged.memory.put(heap + 16, 0x4001000);
        forged.memory.put(heap + 24, 0x4001000);
    }
    SECTION("more in use than readable") {
        forged.memory.put(heap + 24, 0x1000 - 16);
    }
    SECTION("somebody else's") {
        forged.memory.put(heap, second_heap + 0x30);
    }
    SECTION("a top in nobody's memory") {
        forged.memory.put(heap + 0x30 + layout_2_36.top, 0x123456789000);
    }
    SECTION("no top") {
        forged.memory.put(heap + 0x30 + layout_2_36.top, 0);
    }
    SECTION("the top of another arena") {
        forged.memory.put(heap + 0x30 + layout_2_36.top, second_heap + 0x900);
    }
    const MallocWalk walk = walk_forged(forged.heap.search(), forged.memory);
    REQUIRE(walk.arenas.size() == 3);
    if (left == 0) CHECK(has_note(walk, "The heaps of the arena at 7f1000000030 break off at"));
    CHECK(walk.arenas[2].untracked.blocks == 20);
    CHECK(walk.arenas[0].untracked.blocks == 20);
}

TEST_CASE("hostile: a size that cannot be costs its own bytes, and the chunks behind are found again") {
    const std::uint64_t size = GENERATE(0xfffffffffffffff0ULL, 0ULL, 1ULL, 8ULL, 0x19ULL,
                                        0x7ffffffffffffff1ULL, 0x4000001ULL, 0x47ULL);
    ThreeArenas forged;
    const std::uint64_t broken = forged.heap.arenas[0].chunks[5].at;
    forged.memory.put(broken + 8, size);
    const MallocWalk walk = walk_forged(forged.heap.search(), forged.memory);
    CHECK(walk.arenas[1].untracked.blocks >= 18);
    CHECK(walk.arenas[1].not_walked.value() >= 0x50);
    CHECK(walk.arenas[1].not_walked.value() <= 2 * 0x50);
    CHECK(has_note(walk, "the chunks broke off"));
}

TEST_CASE("hostile: a million arenas are not followed, and that is said") {
    EndlessArenas memory;
    ForgedHeap forged(layout_2_36, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    forged.finish();
    memory.put(ForgedHeap::main_state + layout_2_36.next(), EndlessArenas::first_arena + 0x30);
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.arenas.size() == GlibcBounds().arenas);
    CHECK(has_note(walk, "Only the first 16384 arenas were walked."));
    CHECK(memory.reads < 40 * GlibcBounds().arenas);
}

TEST_CASE("hostile: any number of broken arenas makes a handful of notes") {
    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    for (int i = 0; i < 200; ++i) forged.arena().end_with_top();
    forged.finish();
    for (const ForgedArena& arena : forged.arenas) memory.put(arena.state - 0x30 + 16, 0);
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.notes.size() == 17);
    CHECK(walk.notes.back() == "184 more arenas or heaps of malloc are inconsistent.");
}

TEST_CASE("hostile: a list of fast chunks that is a ring is followed once") {
    ThreeArenas forged;
    const ForgedArena& main = forged.heap.main;
    const auto link = [&](std::uint64_t from, std::uint64_t to) {
        forged.memory.put(from + 16, to ^ (from + 16) >> 12U);
    };
    const std::uint64_t a = main.chunks[3].at, b = main.chunks[4].at, c = main.chunks[5].at;
    link(a, b);
    link(b, c);
    SECTION("to its first") {
        link(c, a);
    }
    SECTION("to a later one") {
        link(c, b);
    }
    SECTION("to itself") {
        link(c, c);
    }
    SECTION("out of malloc's memory") {
        link(c, 0x1230);
    }
    SECTION("to no place of a chunk") {
        link(c, a + 8);
    }
    for (std::uint64_t slot = 0; slot < 10; ++slot)
        forged.memory.put(main.state + layout_2_36.fastbins + slot * 8, a);
    const GlibcSearch search = forged.heap.search();
    forged.memory.reads = 0;
    const MallocWalk walk = walk_forged(search, forged.memory);
    CHECK(walk.arenas[0].fast.blocks == 3);
    CHECK(walk.arenas[0].untracked.blocks == 17);
    CHECK(walk.notes.empty());
    CHECK(forged.memory.reads < 1000);
}

TEST_CASE(
    "hostile: a list of a million fast chunks is followed in a few large reads, and ten heads of it change "
    "nothing") {
    constexpr std::uint64_t blocks = 1'000'000;
    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    for (std::uint64_t i = 0; i < blocks; ++i) forged.main.fast(0x20);
    forged.main.end_with_top();
    forged.finish();
    const bool ten = GENERATE(false, true);
    const std::uint64_t head = forged.main.state + layout_2_36.fastbins;
    for (std::uint64_t slot = 1; ten && slot < 10; ++slot) memory.put(head + slot * 8, memory.word(head));
    const GlibcSearch search = forged.search();
    memory.residency_questions = 0;
    MallocRequest request;
    request.search = search;
    const MallocWalk walk = walk_forged(request, memory);
    CHECK(walk.arenas[0].fast.blocks == blocks);
    CHECK(walk.notes.empty());
    CHECK(memory.residency_questions < 20);
    CHECK(memory.reads < 100'000);
}

TEST_CASE("hostile: lists of a thread's cache that loop are followed once") {
    const GlibcLayout& layout = *glibc_layout_of(GENERATE("2.26", "2.27", "2.31", "2.33", "2.36", "2.43"));
    CAPTURE(layout.name);
    PageMemory memory;
    ForgedHeap forged(layout, memory);
    forged.main.cache();
    const std::uint64_t first = forged.main.cached(0x40);
    for (int i = 0; i < 4; ++i) forged.main.cached(0x40);
    for (int i = 0; i < 10; ++i) forged.main.live(0x40);
    forged.main.end_with_top();
    forged.finish();
    const std::uint64_t back = forged.main.chunks[3].at + 16, field = first + 16;
    memory.put(field, layout.safe_linking ? back ^ field >> 12U : back);
    const GlibcSearch search = forged.search();
    memory.reads = 0;
    const MallocWalk walk = walk_forged(search, memory);
    CHECK(walk.arenas[0].tcache.blocks == 5);
    CHECK(walk.arenas[0].untracked.blocks == 10);
    CHECK(memory.reads < 1000);
}

TEST_CASE("hostile: chunks with a mapping of their own that are huge or overlap are taken once") {
    ThreeArenas forged;
    constexpr std::uint64_t at = ForgedHeap::mapped_at;
    GlibcSearch search = forged.heap.search();
    SECTION("every page says that the rest of the mapping is its chunk") {
        const Range candidate = range_of(at, at + 10'000 * 4096);
        for (std::uint64_t i = 0; i < 10'000; ++i)
            forged.memory.put(at + i * 4096 + 8, (candidate.size().value() - i * 4096) | 2);
        search.candidates.push_back(candidate);
        search.shapes = find_malloc_layout(search.candidates, forged.memory);
        const MallocWalk walk = walk_forged(search, forged.memory);
        CHECK(walk.mmapped_untracked.blocks == 1);
        CHECK(walk.mmapped_untracked.resident == candidate.size());
    }
    SECTION("shapes that overlap") {
        forged.memory.touch(range_of(at, at + 20'000 * 4096));
        for (std::uint64_t i = 0; i < 10'000; ++i)
            search.shapes.mmapped_chunks.push_back(range_of(at + i * 4096, at + i * 4096 + 0x20000));
        const MallocWalk walk = walk_forged(search, forged.memory);
        CHECK(walk.mmapped_untracked.blocks == (10'000 + 31) / 32);
        CHECK(has_note(walk, "Regions of malloc overlap"));
    }
    SECTION("of terabytes, with one page") {
        forged.memory.put(at + 8, (std::uint64_t{1} << 38U) | 2);
        search.candidates.push_back(range_of(at, at + (std::uint64_t{1} << 38U)));
        search.shapes = find_malloc_layout(search.candidates, forged.memory);
        const MallocWalk walk = walk_forged(search, forged.memory);
        CHECK(walk.mmapped_untracked.bytes == Bytes(std::uint64_t{1} << 38U));
        CHECK(walk.mmapped_untracked.resident == Bytes(4096));
    }
}

TEST_CASE("hostile: a brk of terabytes with a few pages takes no more memory than the pages") {
    ThreeArenas forged;
    GlibcSearch search = forged.heap.search();
    search.brk->end = {search.brk->begin.value + (std::uint64_t{1} << 45U)};
    const MallocWalk walk = walk_forged(search, forged.memory);
    CHECK(walk.arenas[0].reserved == Bytes(std::uint64_t{1} << 45U));
    CHECK(walk.arenas[0].untracked.blocks == 20);
}

TEST_CASE(
    "hostile: where every place looks like a chunk but chains break, the search is given up in bounds") {
    ThreeArenas forged;
    ForgedArena& arena = forged.heap.arenas[0];
    // Each size is an eighth of the heap and a bit: from anywhere seven hops lead on, the eighth out of it.
    const std::uint64_t heap = ForgedHeap::arenas_at, end = heap + ForgedHeap::span;
    std::vector<std::uint64_t> page(512);
    for (std::size_t i = 1; i < page.size(); i += 2) page[i] = (ForgedHeap::span / 8 + 0x1010) | 5;
    for (std::uint64_t at = heap + 0x1000; at < end; at += 4096)
        forged.memory.write(at, std::as_bytes(std::span(page)));
    forged.memory.put(heap + 16, ForgedHeap::span);
    forged.memory.put(heap + 24, ForgedHeap::span);
    forged.memory.put(arena.chunks[6].at + 8, 0);
    forged.memory.put(arena.state + layout_2_36.top, heap + 0x900);
    for (std::size_t i = 7; i < arena.chunks.size(); ++i) forged.memory.put(arena.chunks[i].at + 8, 0);
    const GlibcSearch search = forged.heap.search();
    forged.memory.reads = forged.memory.bytes_read = 0;
    MallocRequest request;
    request.search = search;
    NamelessFiles files;
    const MallocWalk walk = walk_malloc(request, forged.memory, files);
    check_laws(walk);
    CHECK(has_note(walk, "the search for them was given up"));
    CHECK(forged.memory.reads < 1'000'000);
    CHECK(forged.memory.bytes_read < (std::uint64_t{5} << 30U));
    // What comes behind is walked all the same.
    CHECK(walk.arenas[2].untracked.blocks == 20);
}

TEST_CASE(
    "hostile: words that are the size of the smallest chunk at every place are chunks, each read once") {
    ThreeArenas forged;
    const std::uint64_t heap = ForgedHeap::arenas_at;
    std::vector<std::uint64_t> page(512, 0x25);
    for (std::uint64_t at = heap + 0x1000; at < heap + 0x400000; at += 4096)
        forged.memory.write(at, std::as_bytes(std::span(page)));
    forged.memory.put(heap + 16, 0x400000);
    forged.memory.put(heap + 24, 0x400000);
    const GlibcSearch search = forged.heap.search();
    forged.memory.bytes_read = 0;
    const MallocWalk walk = walk_forged(search, forged.memory);
    CHECK(walk.arenas[1].untracked.blocks > 0x3f0000 / 0x20);
    CHECK(forged.memory.bytes_read < 16 * std::uint64_t{0x400000});
}

TEST_CASE("hostile: a heap of random bytes is passed over") {
    ThreeArenas forged;
    std::mt19937_64 random(19);
    const std::uint64_t heap = ForgedHeap::arenas_at;
    std::vector<std::uint64_t> page(512);
    const std::uint64_t mask =
        GENERATE(~std::uint64_t{0}, std::uint64_t{0xfffff5});  // with sizes that may be
    for (std::uint64_t at = heap + 0x1000; at < heap + ForgedHeap::span; at += 4096) {
        for (std::uint64_t& word : page) word = random() & mask;
        forged.memory.write(at, std::as_bytes(std::span(page)));
    }
    forged.memory.put(heap + 16, ForgedHeap::span);
    forged.memory.put(heap + 24, ForgedHeap::span);
    GlibcSearch search = forged.heap.search();
    forged.memory.reads = forged.memory.bytes_read = 0;
    MallocRequest request;
    request.search = search;
    NamelessFiles files;
    const MallocWalk walk = walk_malloc(request, forged.memory, files);
    check_laws(walk);
    CHECK(walk.arenas[1].resident == Bytes(ForgedHeap::span));
    CHECK(forged.memory.reads < 1'100'000);
    CHECK(forged.memory.bytes_read < (std::uint64_t{5} << 30U));
}

TEST_CASE("hostile: pages full of starts of extensions that break off cost a bounded search") {
    PageMemory memory;
    ForgedHeap forged(layout_2_36, memory);
    forged.main.live(0x40);
    forged.main.end_with_top();
    forged.end_brk();
    const std::uint64_t bytes = 0x4000000, at = forged.mapping(bytes);
    std::vector<std::uint64_t> page(512, 0x21);
    for (std::uint64_t i = 0; i < bytes; i += 4096) memory.write(at + i, std::as_bytes(std::span(page)));
    memory.put(at + bytes - 8, 0);  // the last of two million chunks is none
    forged.main.system += bytes;
    forged.finish();
    GlibcSearch search = forged.search();
    memory.reads = memory.bytes_read = 0;
    const GlibcHeap heap = find_glibc_heap(search, memory);
    CHECK(heap.regions.size() == 1);
    REQUIRE(heap.notes.size() == 1);
    CHECK(heap.notes[0] == "The search for the main arena's extensions was given up.");
    CHECK(memory.reads < GlibcBounds().extension_steps / 16);
    CHECK(memory.bytes_read < (std::uint64_t{1} << 30U));
}

TEST_CASE("hostile: libc's data of bins alone, or of pointers to itself, is searched and left") {
    PageMemory memory;
    GlibcSearch search;
    search.libc_data = {range_of(ForgedHeap::libc, ForgedHeap::libc + (std::uint64_t{1} << 40U))};
    const bool self = GENERATE(true, false);
    for (std::uint64_t at = ForgedHeap::libc; at < ForgedHeap::libc + 0x200000; at += 8)
        memory.put(at, self ? at : ForgedHeap::arenas_at + 0x30);
    const GlibcHeap heap = find_glibc_heap(search, memory);
    CHECK(heap.layout == nullptr);
    CHECK(memory.bytes_read <= (std::uint64_t{64} << 20U));
}

TEST_CASE("hostile: the search for shapes does not start again where its misses are used up") {
    PageMemory memory;
    const std::uint64_t heap = ForgedHeap::arenas_at;
    for (const std::uint64_t at : {heap, heap + ForgedHeap::span}) {
        memory.put(at, at + 0x30);
        memory.put(at + 16, 0x1000);
        memory.put(at + 24, 0x1000);
    }
    memory.touch(range_of(heap - 0x100000, heap));
    memory.touch(range_of(heap + 0x1000, heap + 0x800000));
    memory.touch(range_of(heap + ForgedHeap::span + 0x1000, heap + ForgedHeap::span + 0x800000));
    memory.reads = 0;
    static_cast<void>(find_malloc_layout({range_of(heap - 0x100000, heap + 2 * ForgedHeap::span)}, memory,
                                         {.pages = 65536, .misses_a_candidate = 2}));
    CHECK(memory.reads <= 3 + 2);
}
