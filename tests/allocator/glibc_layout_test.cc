#include "allocator/glibc_layout.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("glibc layout: every release from 2.17 to 2.43 has a row") {
    for (int minor = 17; minor <= 43; ++minor) {
        const GlibcLayout* layout = glibc_layout_of("2." + std::to_string(minor));
        REQUIRE(layout != nullptr);
        CHECK(layout->first_minor <= minor);
        CHECK(layout->last_minor >= minor);
    }
    CHECK(glibc_layout_of("2.16") == nullptr);
    CHECK(glibc_layout_of("2.44") == nullptr);
    CHECK(glibc_layout_of("2.99999999999999999999") == nullptr);
    CHECK(glibc_layout_of("") == nullptr);
}

TEST_CASE("glibc layout: offsets of malloc_state are those that the compiler gives its fields") {
    // gdb -batch -ex 'ptype /o struct malloc_state' libc.so.6
    const GlibcLayout& of_2_36 = *glibc_layout_of("2.36");
    CHECK(of_2_36.next() == 0x870);
    CHECK(of_2_36.system_mem() == 0x888);
    CHECK(of_2_36.state_size() == 0x898);
    const GlibcLayout& of_2_19 = *glibc_layout_of("2.19");
    CHECK(of_2_19.next() == 0x868);
    CHECK(of_2_19.system_mem() == 0x878);
    CHECK(of_2_19.state_size() == 0x888);
}

TEST_CASE(
    "glibc layout: the chunk that holds a thread's cache is as large as malloc makes it for the struct") {
    for (const GlibcLayout& layout : glibc_layouts()) {
        CAPTURE(layout.name);
        for (const std::uint64_t size : layout.tcache_chunk) {
            if (size == 0) continue;
            const auto shape = tcache_shape(size);
            REQUIRE(shape.has_value());
            const std::uint64_t once = (shape->size() + 8 + 15) / 16 * 16;
            const std::uint64_t twice = (once + 8 + 15) / 16 * 16;
            CHECK((size == once || size == twice));
        }
        CHECK((layout.tcache == TcacheKind::none) == (layout.tcache_chunk[0] == 0));
    }
}
