// Which heap fits a limit: what a process needs outside its Java heap, how much that may still grow, and
// what is left.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// One amount that is not available to the heap.
struct FitLine {
    std::string_view name;
    Bytes bytes;
    std::string how;  // where the figure is from
};

// heap = limit minus all lines, minus the page tables of a full heap. Each figure is rounded to the
// disadvantage of the heap.
struct Fit {
    Bytes limit;
    bool limit_of_container = false;  // the limit is the process's cgroup's: none was given
    std::vector<FitLine> lines;
    Bytes taken;                        // the sum of the lines
    std::optional<Bytes> heap;          // whole MiB; absent where the limit leaves less than least_heap
    std::optional<Bytes> max_heap_now;  // the current -Xmx, given or chosen by the JVM
    std::optional<Bytes> heap_used;     // live objects and garbage now
    // The limit with which max_heap_now would fit. Absent where a cgroup above with a higher limit, filled by
    // others too, leaves less than `limit`: then more than one limit is too low.
    std::optional<Bytes> limit_for_heap_now;
    std::vector<std::string> notes;  // what is unknown, and what to consider
    // For -XX:MaxRAMPercentage: percent of the limit, cut after one digit.
    [[nodiscard]] double percentage() const;
};

// With less, HotSpot does not start with every collector.
inline constexpr Bytes least_heap = mib(16);

inline constexpr std::string_view other_cgroups = "other cgroups";  // the name of their line

// Without `limit`, the lowest of the process's cgroup and those above it, less what other cgroups keep there
// (not counting page cache). Fails where there is none, where the process is not a JVM,
// and where the place of the Java heap is unknown, so that it cannot be separated.
Expected<Fit> fit_heap(const Moment& moment, std::optional<Bytes> limit);

}  // namespace nmtx
