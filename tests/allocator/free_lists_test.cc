#include "allocator/free_lists.h"

#include "allocator/walk_laws.h"

using namespace nmtx;

namespace {

std::vector<std::byte> cache(const GlibcLayout& layout, std::uint64_t chunk_size) {
    const TcacheShape shape = *tcache_shape(chunk_size);
    static_cast<void>(layout);
    std::vector<std::byte> bytes(chunk_size - 8);
    const std::uint64_t entry = 0x7f1000001230;
    std::memcpy(&bytes[shape.entries() + 8], &entry, sizeof entry);
    for (std::uint64_t slot = 0; slot < shape.slots; ++slot)
        bytes[slot * shape.count_bytes] =
            static_cast<std::byte>(shape.downward ? 16 - (slot == 1) : slot == 1);
    return bytes;
}

}  // namespace

TEST_CASE("free lists: a thread's cache is told by its size and by what it holds") {
    for (const GlibcLayout& layout : glibc_layouts()) {
        for (const std::uint64_t size : layout.tcache_chunk) {
            if (size == 0) continue;
            CAPTURE(layout.name, size);
            const std::vector<std::byte> good = cache(layout, size);
            const TcacheShape shape = *tcache_shape(size);
            CHECK(looks_like_tcache(layout, size, good));
            CHECK_FALSE(looks_like_tcache(layout, size + 0x50, good));
            CHECK_FALSE(looks_like_tcache(layout, size, std::span(good).first(shape.size() - 1)));
            auto no_pointer = good;
            no_pointer[shape.entries() + 8] = std::byte{0x31};
            CHECK_FALSE(looks_like_tcache(layout, size, no_pointer));
            auto empty = good;
            std::fill_n(empty.begin() + static_cast<std::ptrdiff_t>(shape.entries()) + 8, 8, std::byte{});
            CHECK_FALSE(looks_like_tcache(layout, size, empty));
            auto uncounted = good;
            uncounted[shape.count_bytes] = std::byte{0};
            CHECK(looks_like_tcache(layout, size, uncounted) == shape.downward);
        }
    }
}

TEST_CASE("free lists: of all words that may be the key the one in the caches is it") {
    PageMemory memory;
    ForgedHeap forged(*glibc_layout_of("2.36"), memory);
    forged.main.cache();
    forged.main.cached(0x40);
    const std::uint64_t decoy = forged.main.live(0x40);
    memory.put(decoy + 24, 0x1e2d3c4b5a69788f);  // stands in libc's data as well
    forged.main.end_with_top();
    forged.finish();
    const GlibcHeap heap = find_glibc_heap(forged.search(), memory);
    CHECK(heap.key_words.size() == 2);
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.arenas[0].tcache.blocks == 1);
    CHECK(walk.arenas[0].untracked.blocks == 1);
}

TEST_CASE("free lists: a block that was taken from the cache again is live") {
    PageMemory memory;
    ForgedHeap forged(*glibc_layout_of(GENERATE("2.31", "2.36")), memory);
    forged.main.cache();
    forged.main.cached(0x40);
    const std::uint64_t taken = forged.main.cached(0x40);
    forged.main.end_with_top();
    memory.put(taken + 24, 0);  // malloc clears the key
    forged.finish();
    const MallocWalk walk = walk_forged(forged.search(), memory);
    CHECK(walk.arenas[0].tcache.blocks == 1);
    CHECK(walk.arenas[0].untracked.blocks == 1);
}
