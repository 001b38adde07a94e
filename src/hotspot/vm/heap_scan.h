// Goes through the Java heap, page by page where it is resident, for words that point to given targets. The
// JVM runs on meanwhile: no safepoint, and nothing is believed of a word but what lies around it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/address_filter.h"
#include "hotspot/vm/heap_objects.h"

namespace nmtx {

struct HeapScanFigures {
    Bytes resident;
    std::uint64_t words = 0;         // that point to a target
    std::uint64_t unidentified = 0;  // of them: no object was identified around
    std::uint64_t moved = 0;         // of them: in an object that the collector had copied elsewhere
};

// What the collector says of itself: how many collections there were, and whether one stops Java threads now.
struct CollectorState {
    std::uint64_t collections = 0;
    bool collecting = false;
};

struct HeapPasses {
    std::uint64_t passes = 0;
    std::string may_miss;  // why objects may have been missed; empty where none moved
};

// Objects that move from where a pass has not been to where it has been are missed: after a collection there
// is a second pass, and no third one. `state` says nothing where it cannot be read.
HeapPasses pass_over_heap(bool moves_while_java_runs,
                          const std::function<std::optional<CollectorState>()>& state,
                          const std::function<void()>& pass);

class HeapScan {
  public:
    HeapScan(TargetMemory& memory, const HeapSearchLayout& layout, VmClasses& classes,
             PointerTargets& targets);

    using Take = std::function<void(Address at, std::uint64_t word, const WordHolder& holder)>;
    // Ranges: ascending and disjoint. Words in objects that have moved away are counted, not handed over.
    HeapScanFigures run(const std::vector<Range>& ranges, const Take& take);

  private:
    static constexpr std::size_t piece = std::size_t{1} << 20U;
    void part(HeapBytes bytes, const Take& take);
    HeapBytes before(Address end);

    TargetMemory& memory_;
    PointerTargets& targets_;
    HeapObjects objects_;
    std::vector<std::byte> in_front_;
    HeapScanFigures figures_;
};

}  // namespace nmtx
