// Where the Java heap lies, and how large it is, for a JVM that nobody could ask: by its options, its
// counters and the mappings. A GraalVM native image has neither libjvm.so nor counters; its heap follows the
// part of the program's own file that holds the objects made when it was built.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// The most that the heap can have: by the JVM's answers, its counters, or its options; nothing where the
// JVM's default holds and nobody tells.
std::optional<Bytes> java_heap_size(const ProcessView& view);

// How much address space the code cache has: by the options, else HotSpot's default, 240 MiB or without
// tiered compilation 48 MiB.
Bytes code_cache_reserved(const ProcessView& view);

struct HeapPlace {
    Range range;
    Evidence evidence = Evidence::none;  // which says how large it is; smaps_shape where nothing does
};
// Nothing where the JVM's answers tell the place, and where no mappings lie as a heap would.
std::optional<HeapPlace> java_heap_place(const ProcessView& view);

// By the JVM's answers or by its mappings.
bool knows_heap_place(const ProcessView& view);

}  // namespace nmtx
