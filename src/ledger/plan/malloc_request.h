// What the walk over malloc's memory has to know of a process, out of its view: where to look, which files
// its blocks may point into, how NMT's headers look on its JDK.
#pragma once

#include "allocator/walk_malloc.h"
#include "process/malloc_options.h"
#include "process/process_view.h"

namespace nmtx {

// `shapes`: heaps and mmapped chunks, found by their headers. Needs view.smaps. The view must outlive the
// request.
MallocRequest malloc_request(const ProcessView& view, MallocLayout shapes);

// Heaps and mmapped chunks, by the first words of what malloc may have mapped. Needs view.smaps.
MallocLayout find_malloc_shapes(const ProcessView& view, TargetMemory& memory);

// The same with all that was asked for and the release of the C library, which its file tells.
MallocRequest malloc_request(const ProcessView& view, MallocLayout shapes, const MallocOptions& options,
                             TargetFiles& files);

// All that a walk by this request will read, ascending and disjoint, with room for heaps that grow: what to
// copy of a target that stands still.
std::vector<Range> ranges_of_walk(const MallocRequest& request, TargetMemory& memory);

// libc's mappings as files: what names its release. Nothing where no C library is mapped.
std::optional<MappedFile> libc_of(const Smaps& smaps);
// The library of HotSpot, by its code; what has its banner. Nothing where none is mapped.
std::optional<MappedFile> libjvm_of(const Smaps& smaps);

}  // namespace nmtx
