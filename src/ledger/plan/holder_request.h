// Where to look for what holds untracked blocks: the Java heap, by the structures of the JVM in the process,
// the stacks of its threads, and other writable memory.
#pragma once

#include <optional>

#include "allocator/block_holders.h"
#include "base/target_files.h"
#include "base/target_memory.h"
#include "process/process_view.h"

namespace nmtx {

// Where holders may lie; ascending and disjoint.
struct HolderPlaces {
    std::vector<Range> java_heap;
    std::vector<Range> stacks;  // of each what is in use
    std::vector<Range> other;   // writable memory that is nobody else's
};
// Needs view.smaps.
HolderPlaces places_of_holders(const ProcessView& view, TargetMemory& memory);

// Needs view.smaps. All must outlive the request. `copied`: the memory is a copy, which has not the Java
// heap.
HolderRequest holder_request(const ProcessView& view, TargetMemory& memory, TargetFiles& files,
                             std::optional<Address> why, bool copied);

}  // namespace nmtx
