// `jmap -heap PID` of JDK 5 to 8 and `jhsdb jmap --heap --pid PID` of 9 and later: the heap's configuration
// and use. Format: HotSpot agent, sun/jvm/hotspot/tools/HeapSummary.java.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct JmapSpace {
    std::string_view name;  // "Eden Space", "PS Old Generation", "G1 Heap"
    std::optional<Bytes> capacity, used;
};

struct JmapHeap {
    std::string_view collector;                                 // "Garbage-First (G1) GC with 2 thread(s)"
    std::optional<Bytes> max_heap, max_metaspace, class_space;  // nothing where there is no limit
    std::vector<JmapSpace> spaces;
    NotUnderstood not_understood;

    // Use of the whole heap, with each space counted once.
    [[nodiscard]] std::optional<Bytes> capacity() const { return sum(&JmapSpace::capacity); }
    [[nodiscard]] std::optional<Bytes> used() const { return sum(&JmapSpace::used); }

  private:
    [[nodiscard]] std::optional<Bytes> sum(std::optional<Bytes> JmapSpace::* figure) const;
};

Expected<JmapHeap> parse_jmap_heap(std::string_view text, std::string_view document = "jmap -heap");

}  // namespace nmtx
