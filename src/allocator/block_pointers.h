// Who points here: live blocks that neither NMT nor their own first word gives an owner get the library whose
// data, or whose blocks, hold their address. Three passes over the memory at most, so that chains are
// followed some way; a chain against the order of addresses is followed by one link a pass.
#pragma once

#include <cstdint>
#include <vector>

#include "allocator/block_tally.h"
#include "allocator/chunk_walk.h"

namespace nmtx {

// Blocks of one size that one file's data or blocks point to.
struct PointedBlocks {
    std::uint32_t file = 0;  // index into the mapped files
    std::uint64_t usable = 0;
    ChunkSum chunks;
};

struct PointerSearch {
    const GlibcHeap& heap;
    const FreeChunks& free;
    const BlockTally& tally;           // knows NMT's headers and the files
    std::vector<FileRange> data;       // writable data of libraries
    std::vector<std::uint64_t> named;  // chunks that have an owner already; ascending
    WalkBounds bounds;
};

// Takes a byte for each 32 that are resident in the regions.
std::vector<PointedBlocks> find_pointed_blocks(const PointerSearch& search, TargetMemory& memory);

}  // namespace nmtx
