// The table of glibc's malloc layouts on x86-64. Offsets in bytes. Source: glibc malloc/malloc.c and
// malloc/arena.c of the releases named.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace nmtx {

// How freed chunks in a thread's cache are distinguished from live ones.
enum class TcacheKind : std::uint8_t {
    none,        // no thread cache, up to 2.25
    lists_only,  // 2.26 to 2.28: only by the lists in tcache_perthread_struct
    struct_key,  // 2.29 to 2.33: the second word of the user's bytes is the address of that struct
    random_key,  // from 2.34: it is one random word of the process, kept in libc's data
};

struct GlibcLayout {
    std::string_view name;        // "2.27 to 2.42"
    int first_minor, last_minor;  // 2.first_minor to 2.last_minor
    std::uint64_t fastbins;       // of malloc_state; fastbin_count 0 where there are none
    std::uint64_t fastbin_count;
    std::uint64_t top;
    std::uint64_t bins;
    std::uint64_t
        attached_threads;     // 8 where malloc_state has the word between next_free and system_mem, else 0
    std::uint64_t heap_info;  // size of heap_info
    TcacheKind tcache;
    bool safe_linking;  // from 2.32: next pointers are stored as next ^ (their own address >> 12)
    std::array<std::uint64_t, 2>
        tcache_chunk;             // sizes of the chunk that holds a tcache_perthread_struct; 0: none
    std::uint64_t mmapped_short;  // by which a mmapped chunk's size is less than its mapping: 0, from 2.43 16

    // Of malloc_state, behind bins[254] and the bitmap of 16 bytes.
    [[nodiscard]] constexpr std::uint64_t next() const { return bins + std::uint64_t{254} * 8 + 16; }
    [[nodiscard]] constexpr std::uint64_t system_mem() const { return next() + 16 + attached_threads; }
    [[nodiscard]] constexpr std::uint64_t state_size() const { return system_mem() + 16; }
};

// A tcache_perthread_struct: a count for each slot, then the head of each slot's list.
struct TcacheShape {
    std::uint64_t slots = 0;
    std::uint64_t count_bytes = 0;  // of one count
    bool downward = false;          // counts are free places, not entries

    [[nodiscard]] constexpr std::uint64_t entries() const { return slots * count_bytes; }  // offset
    [[nodiscard]] constexpr std::uint64_t size() const { return entries() + slots * 8; }
};

// By the size of its chunk, which differs for each shape.
std::optional<TcacheShape> tcache_shape(std::uint64_t chunk_size);

std::span<const GlibcLayout> glibc_layouts();
// The first row for "2.36"; nothing for a release outside the table or any other text.
const GlibcLayout* glibc_layout_of(std::string_view release);

}  // namespace nmtx
