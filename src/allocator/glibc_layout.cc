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
    GlibcLayout{.name = "2.17 to 2.22", .first_minor = 17, .last_minor = 22, .fastbins = 0x8, .fastbin_count = 10,
                .top = 0x58, .bins = 0x68, .attached_threads = 0, .heap_info = 0x20,
                .tcache = no_tcache, .safe_linking = false, .tcache_chunk = {}, .mmapped_short = 0},
    GlibcLayout{.name = "2.23 to 2.25", .first_minor = 23, .last_minor = 25, .fastbins = 0x8, .fastbin_count = 10,
                .top = 0x58, .bins = 0x68, .attached_threads = 8, .heap_info = 0x20,
                .tcache = no_tcache, .safe_linking = false, .tcache_chunk = {}, .mmapped_short = 0},
    GlibcLayout{.name = "2.26", .first_minor = 26, .last_minor = 26, .fastbins = 0x8, .fastbin_count = 10,
                .top = 0x58, .bins = 0x68, .attached_threads = 8, .heap_info = 0x20,
                .tcache = lists_only, .safe_linking = false, .tcache_chunk = {0x250, 0}, .mmapped_short = 0},
    GlibcLayout{.name = "2.26 updated", .first_minor = 26, .last_minor = 26, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x20,
                .tcache = lists_only, .safe_linking = false, .tcache_chunk = {0x250, 0}, .mmapped_short = 0},
    GlibcLayout{.name = "2.27 to 2.28", .first_minor = 27, .last_minor = 28, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x20,
                .tcache = lists_only, .safe_linking = false, .tcache_chunk = {0x250, 0x290}, .mmapped_short = 0},
    GlibcLayout{.name = "2.29 to 2.31", .first_minor = 29, .last_minor = 31, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x20,
                .tcache = struct_key, .safe_linking = false, .tcache_chunk = {0x250, 0x290}, .mmapped_short = 0},
    GlibcLayout{.name = "2.32 to 2.33", .first_minor = 32, .last_minor = 33, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x20,
                .tcache = struct_key, .safe_linking = true, .tcache_chunk = {0x290, 0}, .mmapped_short = 0},
    GlibcLayout{.name = "2.34", .first_minor = 34, .last_minor = 34, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x20,
                .tcache = random_word, .safe_linking = true, .tcache_chunk = {0x290, 0}, .mmapped_short = 0},
    GlibcLayout{.name = "2.35 to 2.41", .first_minor = 35, .last_minor = 41, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x30,
                .tcache = random_word, .safe_linking = true, .tcache_chunk = {0x290, 0}, .mmapped_short = 0},
    GlibcLayout{.name = "2.42", .first_minor = 42, .last_minor = 42, .fastbins = 0x10, .fastbin_count = 10,
                .top = 0x60, .bins = 0x70, .attached_threads = 8, .heap_info = 0x30,
                .tcache = random_word, .safe_linking = true, .tcache_chunk = {0x300, 0}, .mmapped_short = 0},
    GlibcLayout{.name = "2.43", .first_minor = 43, .last_minor = 43, .fastbins = 0, .fastbin_count = 0,
                .top = 0x8, .bins = 0x18, .attached_threads = 8, .heap_info = 0x30,
                .tcache = random_word, .safe_linking = true, .tcache_chunk = {0x300, 0x310}, .mmapped_short = 16},
};
// clang-format on

}  // namespace

std::optional<TcacheShape> tcache_shape(std::uint64_t chunk_size) {
    switch (chunk_size) {
        case 0x250:
            return TcacheShape{.slots = 64, .count_bytes = 1, .downward = false};
        case 0x290:
            return TcacheShape{.slots = 64, .count_bytes = 2, .downward = false};
        case 0x300:
        case 0x310:  // asked for with an arena 2.43 rounds its size up twice
            return TcacheShape{.slots = 76, .count_bytes = 2, .downward = true};
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
