#include "allocator/malloc_layout.h"

#include "allocator/buffer_memory.h"
#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t mapped_heap = 0x7f2d54000000;  // 64 MiB-aligned

void put_heap_info(BufferMemory& memory, std::uint64_t at, std::uint64_t arena, std::uint64_t previous,
                   std::uint64_t size) {
    memory.put(at, arena);
    memory.put(at + 8, previous);
    memory.put(at + 16, size);
    memory.put(at + 24, size);
}

}  // namespace

TEST_CASE("malloc layout: the first heap of an arena is known by its heap_info, up to glibc 2.34 and after") {
    const std::uint64_t info = GENERATE(0x20U, 0x30U);
    BufferMemory memory;
    put_heap_info(memory, mapped_heap, mapped_heap + info, 0, 0x21000);
    const auto found = find_malloc_layout({range_of(mapped_heap, mapped_heap + 0x21000)}, memory);
    REQUIRE(found.heaps.size() == 1);
    CHECK(found.heaps[0].range == range_of(mapped_heap, mapped_heap + 0x21000));
    CHECK(found.heaps[0].arena == Address{mapped_heap + info});
    CHECK(found.mmapped_chunks.empty());
}

TEST_CASE("malloc layout: a heap that the kernel merged with the mapping below it is found inside") {
    BufferMemory memory;
    put_heap_info(memory, mapped_heap, mapped_heap + 0x30, 0, 0x100000);
    const auto found = find_malloc_layout({range_of(mapped_heap - 0x80000, mapped_heap + 0x100000)}, memory);
    REQUIRE(found.heaps.size() == 1);
    CHECK(found.heaps[0].range.begin == Address{mapped_heap});
}

TEST_CASE("malloc layout: a further heap points back to its arena") {
    BufferMemory memory;
    put_heap_info(memory, mapped_heap + 0x4000000, mapped_heap + 0x30, mapped_heap, 0x4000000);
    const auto found =
        find_malloc_layout({range_of(mapped_heap + 0x4000000, mapped_heap + 0x8000000)}, memory);
    REQUIRE(found.heaps.size() == 1);
    CHECK(found.heaps[0].arena == Address{mapped_heap + 0x30});
}

TEST_CASE("malloc layout: sizes that no heap has are refused") {
    BufferMemory memory;
    put_heap_info(memory, mapped_heap, mapped_heap + 0x30, 0,
                  GENERATE(0ULL, 0x21001ULL, 0x4001000ULL, ~0ULL));
    CHECK(find_malloc_layout({range_of(mapped_heap, mapped_heap + 0x100000)}, memory).heaps.empty());
}

TEST_CASE("malloc layout: mmapped chunks that follow one another in one mapping are told apart") {
    BufferMemory memory;
    const std::uint64_t at = 0x7f2d78a8f000;
    memory.put(at + 8, 0x101000 | 2);
    memory.put(at + 0x101000 + 8, (0x101000 - 16) | 2);  // glibc 2.43 leaves its header out of the size
    const auto found = find_malloc_layout({range_of(at, at + 0x202000)}, memory);
    REQUIRE(found.mmapped_chunks.size() == 2);
    CHECK(found.mmapped_chunks[0] == range_of(at, at + 0x101000));
    CHECK(found.mmapped_chunks[1] == range_of(at + 0x101000, at + 0x202000));
}

TEST_CASE("malloc layout: a chunk behind other memory of the same mapping is found page by page") {
    BufferMemory memory;
    const std::uint64_t at = 0x7f2d78a8f000;
    memory.put(at, 17);
    memory.touch(at + 0x1000);
    memory.put(at + 0x2000 + 8, 0x100000 | 2);
    const auto found = find_malloc_layout({range_of(at, at + 0x102000)}, memory);
    REQUIRE(found.mmapped_chunks.size() == 1);
    CHECK(found.mmapped_chunks[0].begin == Address{at + 0x2000});
}

TEST_CASE("malloc layout: what no chunk header can say is none") {
    BufferMemory memory;
    const std::uint64_t at = 0x7f2d78a8f000;
    SECTION("larger than the mapping") {
        memory.put(at + 8, 0x200000 | 2);
    }
    SECTION("a flag too much") {
        memory.put(at + 8, 0x100000 | 3);
    }
    SECTION("no multiple of a page") {
        memory.put(at + 8, 0x100100 | 2);
    }
    SECTION("a previous size") {
        memory.put(at, 16);
        memory.put(at + 8, 0x100000 | 2);
    }
    SECTION("a size that overflows") {
        memory.put(at + 8, ~0ULL - 5);
    }
    SECTION("zero") {
        memory.put(at + 8, 2);
    }
    CHECK(find_malloc_layout({range_of(at, at + 0x100000)}, memory).mmapped_chunks.empty());
}

TEST_CASE("malloc layout: the search stays within its bounds") {
    BufferMemory memory;
    const std::uint64_t at = 0x7f2d78a8f000;
    for (std::uint64_t i = 0; i < 5000; ++i) memory.touch(at + i * 4096);
    SECTION("misses") {
        static_cast<void>(find_malloc_layout({range_of(at, at + 5000 * 4096)}, memory,
                                             {.pages = 65536, .misses_a_candidate = 16}));
        CHECK(memory.reads == 16);
    }
    SECTION("pages") {
        static_cast<void>(find_malloc_layout({range_of(at, at + 5000 * 4096)}, memory,
                                             {.pages = 7, .misses_a_candidate = 2048}));
        CHECK(memory.reads == 7);
    }
}

TEST_CASE("malloc layout: what is written is read back") {
    MallocLayout layout;
    layout.heaps.push_back({range_of(mapped_heap, mapped_heap + 0x21000), {mapped_heap + 0x30}});
    layout.mmapped_chunks.push_back(range_of(0x7f2d78a8f000, 0x7f2d78ef6000));
    const std::string text = format_malloc_layout(layout);
    const auto read = parse_malloc_layout(text);
    REQUIRE(read.has_value());
    CHECK(read->heaps.size() == 1);
    CHECK(read->heaps[0].arena == Address{mapped_heap + 0x30});
    CHECK(read->mmapped_chunks == layout.mmapped_chunks);
    for (std::size_t n = 0; n < text.size(); ++n) static_cast<void>(parse_malloc_layout(text.substr(0, n)));
    CHECK(parse_malloc_layout("heap 10-20\n").error().where == "malloc layout:1");
    CHECK(parse_malloc_layout("chunk 20-30\nchunk 10-28\n").error().where == "malloc layout:2");
}

TEST_CASE("malloc layout: a chunk behind a stack of 8 MiB that is resident in whole is found") {
    BufferMemory memory;
    constexpr std::uint64_t begin = 0x7f02ee93a000, stack = 0x800000, chunk = 0x144000;
    for (std::uint64_t at = begin; at < begin + stack + chunk; at += 4096) memory.touch(at);
    memory.put(begin + stack + 8, chunk | 2);
    const auto layout = find_malloc_layout({range_of(begin, begin + stack + chunk)}, memory);
    REQUIRE(layout.mmapped_chunks.size() == 1);
    CHECK(layout.mmapped_chunks[0] == range_of(begin + stack, begin + stack + chunk));
}

TEST_CASE("malloc layout: glibc 2.43 marks a chunk in huge pages in what would be its previous size") {
    BufferMemory memory;
    const std::uint64_t at = 0x7f2d78a00000, huge = 0x200000;
    memory.put(at, 1);
    memory.put(at + 8, (2 * huge - 16) | 2);
    memory.put(at + 2 * huge, 1);
    memory.put(at + 2 * huge + 8, (huge - 16) | 2);
    // Only 2.43 does: there the header is left out of the size.
    memory.put(at + 3 * huge, 1);
    memory.put(at + 3 * huge + 8, huge | 2);
    const auto found = find_malloc_layout({range_of(at, at + 4 * huge)}, memory).mmapped_chunks;
    REQUIRE(found.size() == 2);
    CHECK(found[0] == range_of(at, at + 2 * huge));
    CHECK(found[1] == range_of(at + 2 * huge, at + 3 * huge));
}
