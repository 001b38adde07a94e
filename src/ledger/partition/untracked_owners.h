// The live blocks that NMT does not track, by owner.
#pragma once

#include <vector>

#include "allocator/malloc_walk.h"

namespace nmtx {

// Most resident first. All blocks without a known owner are one entry, with an empty owner, so a table that
// shows the largest entries includes it if it is large. Its `kind` names the block size that makes up most
// of it, if there is one.
std::vector<UntrackedOwner> untracked_by_owner(const MallocWalk& walk);

}  // namespace nmtx
