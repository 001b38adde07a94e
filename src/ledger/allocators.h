// Whose malloc it is, for the owners of what no better evidence names.
#pragma once

#include <string>

#include "allocator/allocator_identity.h"
#include "process/process_view.h"

namespace nmtx {

// By the libraries that are mapped.
AllocatorIdentity allocators_of(const Smaps& smaps);

// Who serves malloc: by the walk, which has seen whose blocks lie in glibc's arenas; by arenas that have the
// headers of glibc's; else by what is mapped. "glibc", "jemalloc"; empty where nothing shows it.
std::string serving_allocator(const ProcessView& view);

// Allocators that are mapped and whose memory has no header that we know, whether they serve malloc or only
// the library that brought them: "jemalloc", "musl"; empty where there is none.
std::string headerless_allocators(const ProcessView& view);

}  // namespace nmtx
