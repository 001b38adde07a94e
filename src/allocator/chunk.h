// One chunk of glibc's malloc as a walk finds it, and its state.
//
//   chunk at p      p+0   prev_size     the size of the chunk before, valid only while that one is free
//                   p+8   size | flags  flags: 1 PREV_INUSE, 2 IS_MMAPPED, 4 NON_MAIN_ARENA
//                   p+16  the user's bytes, up to p + size + 8: the last 8 lie in the next chunk's prev_size
//
// A chunk is in use where the *next* one has PREV_INUSE; chunks in the thread caches and fastbins look in use
// too. Source: glibc malloc/malloc.c (struct malloc_chunk).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nmtx {

enum class ChunkState : std::uint8_t {
    live,      // in use by the program
    tcache,    // freed, in a thread's cache
    fast,      // freed, in a fastbin (glibc up to 2.42)
    binned,    // freed, in an unsorted, small or large bin
    top,       // the end of an arena, never handed out or given back to it
    overhead,  // malloc's own: fenceposts, malloc_state, heap_info, tcache_perthread_struct
};

inline constexpr std::uint64_t chunk_header_bytes = 16;
inline constexpr std::uint64_t smallest_chunk = 32;

inline constexpr std::uint32_t mmapped_arena = 0xffffffff;  // the arena of chunks with their own mapping

// prev_size of an mmapped chunk is its distance from the mapping's start; from glibc 2.43 on this bit is set
// in it where the mapping is of huge pages (MMAP_HP).
inline constexpr std::uint64_t mmapped_huge = 1;

// The pages of a chunk in a bin that malloc_trim gives back: whole ones, after the bin's links (glibc
// malloc/malloc.c, mtrim). Empty (begin equals end) where there are none.
struct TrimmedPages {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};
constexpr TrimmedPages pages_to_trim(std::uint64_t at, std::uint64_t size) {
    constexpr std::uint64_t page = 4096, links = 48;
    const std::uint64_t begin = (at + links + page - 1) / page * page;
    if (size < page || begin >= at + size) return {begin, begin};
    return {begin, begin + (at + size - begin) / page * page};
}

// Valid only during the sink's call: `user` points into the walk's window.
struct Chunk {
    std::uint64_t at = 0;  // of the header
    std::uint64_t size =
        0;  // header included, flags removed; for a mmapped chunk all of its mapping from `at` on
    std::uint64_t resident = 0;       // bytes of [at, at + size) in resident pages
    std::uint64_t to_trim = 0;        // the part that malloc_trim would give back, for a chunk in a bin
    std::span<const std::byte> user;  // what was read from at + 16 on: at least 112 bytes of a live chunk, if
                                      // it is that long and resident
    std::uint32_t arena = 0;          // index into GlibcHeap::arenas, or mmapped_arena
    ChunkState state = ChunkState::live;

    std::uint64_t mmapped_short = 0;  // GlibcLayout::mmapped_short, for a chunk with its own mapping

    // The usable bytes: malloc_usable_size. 2.43 treats a chunk with its own mapping like any other, whose
    // last word is in the next chunk, so 8 bytes more are lost than up to 2.42.
    [[nodiscard]] std::uint64_t usable() const {
        const std::uint64_t head = arena != mmapped_arena ? 8 : mmapped_short == 0 ? 16 : mmapped_short + 8;
        return size > head ? size - head : 0;
    }
};

}  // namespace nmtx
