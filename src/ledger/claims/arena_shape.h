// glibc's arenas by their mappings only, where their headers cannot be read.
#pragma once

#include <vector>

#include "kernel/mappings/smaps.h"

namespace nmtx {

// A heap of an arena is aligned to 64 MiB; the part that is not yet in use has no access:
//
//   7f2d54000000 [ rw-p, 132 KiB or more ][ ---p ] 7f2d58000000
//   7f2d58000000 [ rw-p, all of the 64 MiB       ] 7f2d5c000000
//
// The whole 64 MiB of each, ascending. Includes full heaps that the kernel has merged, if the process also
// has heaps that are not full.
std::vector<Range> arena_heaps_by_shape(const Smaps& smaps);

}  // namespace nmtx
