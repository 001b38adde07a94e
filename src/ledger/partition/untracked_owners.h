// The live blocks that NMT does not track, by owner.
#pragma once

#include <optional>
#include <vector>

#include "allocator/malloc_walk.h"

namespace nmtx {

// Most resident first. All blocks without a known owner are one entry, with an empty owner, so a table that
// shows the largest entries includes it if it is large. Its `kind` names the block size that makes up most
// of it, if there is one.
std::vector<UntrackedOwner> untracked_by_owner(const MallocWalk& walk);

struct LargestUntracked {
    UntrackedOwner group;  // the first of untracked_by_owner()
    // Without a known owner: the most resident of the group's blocks that have one size; its `block` is 0
    // where no size is known. Otherwise the group itself.
    UntrackedOwner of_one_size;
};
// Nothing where the walk found no such blocks.
std::optional<LargestUntracked> largest_untracked(const MallocWalk& walk);
// The same of the blocks that are not recognised as zlib's.
std::optional<LargestUntracked> largest_without_zlib(const MallocWalk& walk);

}  // namespace nmtx
