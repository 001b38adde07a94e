// ptrace as FrozenThreads and ThreadStops call it: on single threads, with a number as its data.
#pragma once

#include <sys/ptrace.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace nmtx {

// How long a thread that is no longer wanted may take to come to a stop, so that it can be let go of. One
// that was killed goes at once, unless it sleeps uninterruptibly; what is left the kernel lets go of when
// this program ends.
inline constexpr std::chrono::milliseconds time_to_let_go{1000};

inline long trace_thread(int request, pid_t tid, int data) {
    // The kernel takes a number here, whatever the prototype says.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    auto* const number = reinterpret_cast<void*>(static_cast<std::intptr_t>(data));
    return ::ptrace(static_cast<__ptrace_request>(request), tid, nullptr, number);
}

}  // namespace nmtx
