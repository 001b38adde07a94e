// Which allocator serves malloc, by the blocks that the walk found in glibc's arenas. A library that can
// replace malloc (jemalloc) may be mapped because it was preloaded, or because JNI code loaded it for
// itself; only in the first case does it hold the JVM's blocks.
#pragma once

#include "allocator/malloc_walk.h"

namespace nmtx {

// Corrects `allocator`, `also_present` and `version` of a walk; before, `allocator` is only from the mapped
// files. `hotspot`: a JVM runs in the process, so its blocks decide.
void settle_serving_allocator(MallocWalk& walk, bool hotspot);

}  // namespace nmtx
