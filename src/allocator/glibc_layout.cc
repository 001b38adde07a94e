#include "allocator/glibc_layout.h"

#include "base/cursor.h"

namespace nmtx {
namespace {

// Where a release changed something, and what:
//   2.23  malloc_state counts the threads attached to it (distributions have taken that back to 2.17)
//   2.26  thread caches
//   2.27  malloc_state says whether there are fastbin chunks, which moves all that follows by 8; the updates
//   of
//         2.26 (release/2.26/master, which SUSE ships) do so too
//   2.29  a cached chunk's second word is the address of its cache: double frees are found by it. The updates
//         of 2.27 and 2.28 set it too, but not those that were released before: the lists always tell
//   2.30  the cache counts in 16 bits; so do the updates of 2.28 and 2.29
//   2.32  next pointers of single lists are mangled with their own address
//   2.34  the second word is a random word of the process
//   2.35  heap_info knows its page size
//   2.42  caches have further slots, for large chunks
//   2.43  no fastbins; a mmapped chunk's size no longer counts its header
constexpr auto no_tcache = TcacheKind::none, lists_only = TcacheKind::lists_only,
               struct_key = TcacheKind::struct_key, random_word = TcacheKind::random_key;
// clang-format off
constexpr std::array layouts{
    // minors, fastbins and their count, top, bins, attached_threads, heap_info, tcache, mangled, tcache chunks, short
    GlibcLayout{"2.17 to 2.22", 17, 22, 0x8, 10, 0x58, 0x68, 0, 0x20, no_tcache, false, {}, 0},
    GlibcLayout{"2.23 to 2.25", 23, 25, 0x8, 10, 0x58, 0x68, 8, 0x20, no_tcache, false, {}, 0},
    GlibcLayout{"2.26", 26, 26, 0x8, 10, 0x58, 0x68, 8, 0x20, lists_only, false, {0x250, 0}, 0},
    GlibcLayout{"2.26 updated", 26, 26, 0x10, 10, 0x60, 0x70, 8, 0x20, lists_only, false, {0x250, 0}, 0},
    GlibcLayout{"2.27 to 2.28", 27, 28, 0x10, 10, 0x60, 0x70, 8, 0x20, lists_only, false, {0x250, 0x290}, 0},
    GlibcLayout{"2.29 to 2.31", 29, 31, 0x10, 10, 0x60, 0x70, 8, 0x20, struct_key, false, {0x250, 0x290}, 0},
    GlibcLayout{"2.32 to 2.33", 32, 33, 0x10, 10, 0x60, 0x70, 8, 0x20, struct_key, true, {0x290, 0}, 0},
    GlibcLayout{"2.34", 34, 34, 0x10, 10, 0x60, 0x70, 8, 0x20, random_word, true, {0x290, 0}, 0},
    GlibcLayout{"2.35 to 2.41", 35, 41, 0x10, 10, 0x60, 0x70, 8, 0x30, random_word, true, {0x290, 0}, 0},
    GlibcLayout{"2.42", 42, 42, 0x10, 10, 0x60, 0x70, 8, 0x30, random_word, true, {0x300, 0}, 0},
    GlibcLayout{"2.43", 43, 43, 0, 0, 0x8, 0x18, 8, 0x30, random_word, true, {0x300, 0x310}, 16},
};
// clang-format on

}  // namespace

std::optional<TcacheShape> tcache_shape(std::uint64_t chunk_size) {
    switch (chunk_size) {
        case 0x250:
            return TcacheShape{64, 1, false};
        case 0x290:
            return TcacheShape{64, 2, false};
        case 0x300:
        case 0x310:  // asked for with an arena 2.43 rounds its size up twice
            return TcacheShape{76, 2, true};
        default:
            return std::nullopt;
    }
}

std::span<const GlibcLayout> glibc_layouts() {
    return layouts;
}

const GlibcLayout* glibc_layout_of(std::string_view release) {
    Cursor cursor(release);
    if (!cursor.take("2.")) return nullptr;
    const auto minor = cursor.decimal();
    if (!minor) return nullptr;
    for (const GlibcLayout& layout : layouts) {
        if (*minor >= static_cast<std::uint64_t>(layout.first_minor) &&
            *minor <= static_cast<std::uint64_t>(layout.last_minor))
            return &layout;
    }
    return nullptr;
}

}  // namespace nmtx
