#include "allocator/blocks_at.h"

#include <algorithm>

namespace nmtx {

void BlockFinder::chunk(const Chunk& chunk) {
    if (chunk.state != ChunkState::live) return;
    const std::uint64_t user = chunk.at + chunk_header_bytes;
    if (std::binary_search(addresses_.begin(), addresses_.end(), user))
        found_.push_back({user, chunk.usable()});
}

BlocksAt live_blocks_at(const MallocRequest& request, std::span<const std::uint64_t> addresses,
                        TargetMemory& memory) {
    const GlibcHeap heap = find_heap_to_walk(request, memory);
    if (heap.layout == nullptr) return {{}, heap.why};
    const FreeChunks free = find_free_chunks_of(request, heap, memory);
    BlockFinder finder(addresses);
    walk_chunks(heap, free, memory, request.bounds, finder);
    return {finder.take(), {}};
}

}  // namespace nmtx
