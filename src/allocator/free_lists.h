// Freed chunks that look in use: those in the fastbins and in the thread caches. Three ways to tell them, by
// the layout: a word that each cached chunk carries (TcacheKind::random_key, struct_key), or the lists
// themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"
#include "allocator/word_set.h"

namespace nmtx {

struct WalkBounds;

struct FreeChunks {
    WordSet keys;  // the second word of the user's bytes of every cached chunk is one of them
    std::vector<std::uint64_t> in_fastbins;  // addresses of chunks, ascending
    std::vector<std::uint64_t> in_caches;    // likewise, where no key tells them (2.26 to 2.28)
    std::vector<std::string> notes;
};

// Does the chunk's content look like a thread's cache (tcache_perthread_struct) that holds something?
bool looks_like_tcache(const GlibcLayout& layout, std::uint64_t chunk_size, std::span<const std::byte> user);

// `caches`: addresses of the user's bytes of all tcache_perthread_structs; needed up to 2.33, from 2.34 on
// any few of them tell which of heap.key_words is the key.
FreeChunks find_free_chunks(const GlibcHeap& heap, const std::vector<std::uint64_t>& caches,
                            TargetMemory& memory, const WalkBounds& bounds);

}  // namespace nmtx
