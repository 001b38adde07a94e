// GC.heap_info, Compiler.codecache and VM.metaspace as people paste them, one or all: truncated, with other
// lines in between. The readers are those of the replies (heap_info.h); what is an error there is a line
// that was not understood here.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"
#include "hotspot/areas/heap_info.h"

namespace nmtx {

// The limits that VM.metaspace prints. Absent where it prints "unlimited", or nothing.
struct MetaspaceLimits {
    std::optional<Bytes> max_metaspace_size;
    std::optional<Bytes> class_space_size;
    std::optional<Bytes> gc_threshold;  // the next "Metadata GC Threshold" is at this many committed bytes
    friend bool operator==(const MetaspaceLimits&, const MetaspaceLimits&) = default;
};

struct PastedAreas {
    std::optional<HeapInfo> heap;  // with the lines "Metaspace  used …" below it
    std::vector<CodeHeap> code_heaps;
    std::optional<MetaspaceReport> metaspace;
    MetaspaceLimits limits;
    NotUnderstood not_understood;  // points into the text
};

// An error where none of these is found.
Expected<PastedAreas> parse_pasted_areas(std::string_view text, std::string_view document = "paste");

}  // namespace nmtx
