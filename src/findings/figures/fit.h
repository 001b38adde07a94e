// Which heap fits a limit: what a process takes beside its Java heap, what that may still grow by, and what
// is left.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// One figure that the heap cannot have.
struct FitLine {
    std::string_view name;
    Bytes bytes;
    std::string how;  // where it is from
};

// heap = what is left of the limit after every line, less the page tables that a full heap needs. Each figure
// is rounded against the heap.
struct Fit {
    Bytes limit;
    bool limit_of_container = false;  // the process's own cgroup has it, nobody named it
    std::vector<FitLine> lines;
    Bytes taken;                              // the sum of the lines
    std::optional<Bytes> heap;                // whole MiB; absent where the limit leaves less than least_heap
    std::optional<Bytes> max_heap_now;        // -Xmx as it is, given or chosen by the JVM
    std::optional<Bytes> heap_used;           // live objects and garbage of this moment
    std::optional<Bytes> limit_for_heap_now;  // the limit with which max_heap_now would fit
    std::vector<std::string> notes;           // what is not known, and what to mind
    // For -XX:MaxRAMPercentage: of the limit, cut after one digit.
    [[nodiscard]] double percentage() const;
};

// Below that HotSpot does not start with every collector.
inline constexpr Bytes least_heap = mib(16);

// Without `limit` that of the process's own cgroup. Fails where there is none, for what is not a JVM, and
// where the place of the Java heap is not known: then nothing can be told from it.
Expected<Fit> fit_heap(const Moment& moment, std::optional<Bytes> limit);

}  // namespace nmtx
