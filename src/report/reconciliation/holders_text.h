// `nmtx malloc --owners`: what holds the blocks that NMT does not track.
#pragma once

#include <string>

#include "allocator/malloc_walk.h"
#include "report/style/style.h"

namespace nmtx {

// A table, sentences below it and the chain that was asked for. At most `most` rows; what nothing points to
// is always among them. Needs walk.holders.
std::string holders_text(const MallocWalk& walk, std::size_t most, const TextStyle& style);

}  // namespace nmtx
