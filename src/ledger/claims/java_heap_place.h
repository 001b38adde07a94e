// The place and size of the Java heap of a JVM that could not be asked, from its options, its counters and
// the mappings. A GraalVM native image has neither libjvm.so nor counters; its heap follows the part of the
// program's own file that holds the objects made when it was built.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// The heap's maximum size, from the JVM's answers, its counters, or its options; nothing where the JVM uses
// a default that is not shown.
std::optional<Bytes> java_heap_size(const ProcessView& view);

// The reserved size of the code cache: from the options, else HotSpot's default, 240 MiB or without tiered
// compilation 48 MiB.
Bytes code_cache_reserved(const ProcessView& view);

struct HeapPlace {
    Range range;
    Evidence evidence = Evidence::none;  // the source of its size; smaps_shape where there is none
};
// Nothing where the JVM's answers have the place, and where no mappings look like a heap.
std::optional<HeapPlace> java_heap_place(const ProcessView& view);

// From the JVM's answers or its mappings.
bool knows_heap_place(const ProcessView& view);

}  // namespace nmtx
