// Which allocators are in use, to name the owners of memory without better evidence.
#pragma once

#include <string>

#include "allocator/allocator_identity.h"
#include "process/process_view.h"

namespace nmtx {

// From the mapped libraries.
AllocatorIdentity allocators_of(const Smaps& smaps);

// What serves malloc: by the walk, which knows whose blocks are in glibc's arenas; else by arenas with
// glibc's headers; else by what is mapped. "glibc", "jemalloc"; empty where nothing shows it.
std::string serving_allocator(const ProcessView& view);

// Mapped allocators without headers that we know, whether they serve malloc or only the library that loaded
// them: "jemalloc", "musl"; empty where there is none.
std::string headerless_allocators(const ProcessView& view);

}  // namespace nmtx
