// What the malloc walk needs to know about a process, from its view: where to look, which files blocks may
// point into, the form of NMT's headers on its JDK.
#pragma once

#include "allocator/walk_malloc.h"
#include "process/malloc_options.h"
#include "process/process_view.h"

namespace nmtx {

// `shapes`: heaps and mmapped chunks, found by their headers. Needs view.smaps. The view must outlive the
// request.
MallocRequest malloc_request(const ProcessView& view, MallocLayout shapes);

// Heaps and mmapped chunks, by the first words of possible malloc mappings. Needs view.smaps.
MallocLayout find_malloc_shapes(const ProcessView& view, TargetMemory& memory);

// The same with all options, and the release of the C library from its file.
MallocRequest malloc_request(const ProcessView& view, MallocLayout shapes, const MallocOptions& options,
                             TargetFiles& files);

// All that a walk by this request will read, ascending and disjoint, with space for heaps that grow: the
// ranges to copy from a stopped target.
std::vector<Range> ranges_of_walk(const MallocRequest& request, TargetMemory& memory);

// The C library's file, which names its release. Nothing where no C library is mapped.
std::optional<MappedFile> libc_of(const Smaps& smaps);
// HotSpot's library, found by its executable mapping; it has the banner. Nothing where none is mapped.
std::optional<MappedFile> libjvm_of(const Smaps& smaps);

}  // namespace nmtx
