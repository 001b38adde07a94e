// Freed chunks that look in use: those in the fastbins and in the thread caches. Depending on the layout
// they are identified by a word that each cached chunk has (TcacheKind::random_key, struct_key), or the
// lists themselves.
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
    WordSet keys;  // the second word of each cached chunk's user bytes is one of these
    std::vector<std::uint64_t> in_fastbins;  // addresses of chunks, ascending
    std::vector<std::uint64_t> in_caches;    // likewise, where there is no key (2.26 to 2.28)
    std::vector<std::string> notes;
};

// Does the chunk's content look like a thread's cache (tcache_perthread_struct) that is not empty?
bool looks_like_tcache(const GlibcLayout& layout, std::uint64_t chunk_size, std::span<const std::byte> user);

// `caches`: addresses of the user's bytes of all tcache_perthread_structs; needed up to 2.33; from 2.34 on a
// few are enough to find which of heap.key_words is the key.
FreeChunks find_free_chunks(const GlibcHeap& heap, const std::vector<std::uint64_t>& caches,
                            TargetMemory& memory, const WalkBounds& bounds);

}  // namespace nmtx
