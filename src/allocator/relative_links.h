// Lists whose links are distances instead of addresses, as Berkeley DB's are (SH_TAILQ, in memory that
// processes may share): the link forwards leads from the element to the next one, the link back from an
// element to the field that leads to it.
//
//   before [ …  next: w ]              element E [ …  next, prev: v ]       E = start of `before` + w
//               ▲ p = E + v ◄───────────────────────────────┘                (or p + w, of a list's head)
//
// A number that happens to be a distance is common. Two that confirm each other are not.
#pragma once

#include <vector>

#include "allocator/block_graph.h"
#include "allocator/block_index.h"
#include "base/target_memory.h"

namespace nmtx {

// Links to those nodes that are asked for.
std::vector<BlockLink> find_relative_links(const BlockIndex& index, TargetMemory& memory,
                                           const NodeBits& wanted);

}  // namespace nmtx
