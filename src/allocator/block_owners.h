// Names for live blocks that NMT does not track: by what their first word points to, by what holds them, and
// for the rest by their size.
#pragma once

#include <vector>

#include "allocator/block_holders.h"
#include "allocator/block_tally.h"
#include "allocator/zlib_blocks.h"
#include "base/target_files.h"

namespace nmtx {

// What is known of them; each block in one of the lists at most.
struct BlockEvidence {
    std::vector<FirstWord> first_words;
    std::vector<ZlibBlock> zlib;
    std::vector<HeldBlocks> held;  // with --owners
    std::vector<SizeClass> sizes;  // all of them, most bytes first
};

// Most bytes first; what has neither an owner nor a size of its own stands last, so that all sum to `sizes`.
std::vector<UntrackedOwner> owners_of_blocks(const BlockEvidence& evidence, const BlockTally& tally,
                                             const std::vector<MappedFile>& mapped, TargetFiles& files);

// At most `most` classes, the rest as one of block size 0.
std::vector<SizeClass> largest_sizes(std::vector<SizeClass> sizes, std::size_t most);

}  // namespace nmtx
