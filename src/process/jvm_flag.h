// The effective size of a JVM option.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// "MaxHeapSize": from VM.flags, which has what was given or chosen by the JVM, in bytes; else as given at
// the start (64m). Nothing where the JVM uses a default that is not shown.
std::optional<Bytes> size_flag(const ProcessView& view, std::string_view name);

// The maximum size of the Java heap.
struct HeapLimit {
    Bytes size;
    bool given =
        true;  // MaxHeapSize from VM.flags or the options; otherwise from the generations in hsperfdata
};
// Nothing where neither has it.
std::optional<HeapLimit> heap_limit(const ProcessView& view);

}  // namespace nmtx
