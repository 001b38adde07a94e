// Which allocator serves malloc, by what the walk found in glibc's arenas. A library that can take malloc
// over (jemalloc) may be mapped because it was preloaded, or because JNI code loaded it for itself; only in
// the first case are the JVM's blocks with it.
#pragma once

#include "allocator/malloc_walk.h"

namespace nmtx {

// Sets `allocator`, `also_present` and `version` of a walk whose `allocator` is by the files that are mapped.
// `hotspot`: a JVM runs in the process, so that it is the JVM's blocks that tell.
void settle_serving_allocator(MallocWalk& walk, bool hotspot);

}  // namespace nmtx
