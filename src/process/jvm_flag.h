// The size that an option of the JVM has in effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// "MaxHeapSize": by VM.flags, which has what was given or chosen by the JVM, in bytes; else as it was given
// at the start (64m). Nothing where the JVM's default holds and it does not show.
std::optional<Bytes> size_flag(const ProcessView& view, std::string_view name);

// How large the Java heap may become.
struct HeapLimit {
    Bytes size;
    bool given =
        true;  // MaxHeapSize by VM.flags or the options; otherwise what hsperfdata has of generations
};
// Nothing where neither tells.
std::optional<HeapLimit> heap_limit(const ProcessView& view);

}  // namespace nmtx
