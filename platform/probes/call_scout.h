// Which threads call a function, how often, and for how many bytes: seen for some milliseconds by debug
// registers. These are a thread's own: nothing is written into the process, no other thread is slowed, and to
// set or take one lasts microseconds. A call costs more than one of a uprobe, so few are counted: a thread is
// not watched any more when it has made its part of them, and the others still are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "platform/probes/probed_functions.h"

namespace nmtx {

struct ScoutedThread {
    pid_t tid = 0;
    double calls_a_second = 0;
    double bytes_a_second = 0;
};

struct Scouted {
    std::vector<ScoutedThread> threads;  // those that were asked for and live
    std::uint64_t calls = 0;             // that were seen
    // Of all, as fast as those came that made their part: so it is not less than what probes will meet.
    double calls_a_second = 0;
};

struct ScoutBounds {
    std::uint64_t most_ns = 0;
    std::uint64_t enough_calls = 0;  // of all threads
};

// Nothing where the kernel gives no debug register for it (all are in use, or there are none), or where they
// show no calls.
std::optional<Scouted> scout_calls(std::span<const pid_t> tids, const ProbedFunction& function,
                                   const ScoutBounds& bounds);
// What a call costs, in nanoseconds, of a function of our own. 0 where none is seen: on some hypervisors a
// debug register can be set and never traps.
double scout_price_ns();

}  // namespace nmtx
