// The live blocks that NMT does not track, by who holds them.
#pragma once

#include <vector>

#include "allocator/malloc_walk.h"

namespace nmtx {

// The most resident first. All blocks of unknown owner are one entry, with an empty owner: whatever a table
// leaves out, it is not that one where it is the largest. Its `kind` says which size of block makes most of
// it, where one does.
std::vector<UntrackedOwner> untracked_by_owner(const MallocWalk& walk);

}  // namespace nmtx
