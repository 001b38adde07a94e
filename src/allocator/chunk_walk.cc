#include "allocator/chunk_walk.h"

namespace nmtx {
namespace {

struct CacheSink {
    void begin(const ChunkRegion&, Bytes) {}
    void lost(const ChunkRegion&, std::uint64_t) {}
    void chunk(const Chunk& chunk) {
        if (chunk.state == ChunkState::overhead && !chunk.user.empty())
            caches.push_back(chunk.at + chunk_header_bytes);
    }
    std::vector<std::uint64_t> caches;
};

std::vector<std::uint64_t> caches_at_starts(const GlibcHeap& heap, TargetMemory& memory) {
    std::vector<std::uint64_t> caches;
    ChunkWindow window(memory, 4096);
    for (const ChunkRegion& region : heap.regions) {
        if (region.kind == RegionKind::mmapped_chunk) continue;
        const auto bytes = window.from(region.first.value, 4096, region.end.value);
        if (bytes.size() < chunk_header_bytes) continue;
        if (looks_like_tcache(*heap.layout, word_at(bytes, 8) & ~std::uint64_t{7},
                              bytes.subspan(chunk_header_bytes))) {
            caches.push_back(region.first.value + chunk_header_bytes);
        }
    }
    return caches;
}

}  // namespace

std::vector<std::uint64_t> find_caches(const GlibcHeap& heap, TargetMemory& memory,
                                       const WalkBounds& bounds) {
    if (heap.layout->tcache == TcacheKind::none) return {};
    if (heap.layout->tcache == TcacheKind::random_key) return caches_at_starts(heap, memory);
    CacheSink sink;
    walk_chunks(heap, FreeChunks{}, memory, bounds, sink);
    return std::move(sink.caches);
}

}  // namespace nmtx
