// Which threads get probes of their own: few, since each has the kernel look through one more at every hit,
// and closing one lasts.
#pragma once

#include <sys/types.h>

#include <array>
#include <random>
#include <span>
#include <vector>

#include "allocations/estimate.h"
#include "platform/probes/call_scout.h"
#include "platform/probes/probe_window.h"
#include "platform/probes/thread_times.h"

namespace nmtx {

inline constexpr std::size_t most_probed_threads = 8;
inline constexpr std::size_t most_scouted_threads = 64;
inline constexpr std::size_t most_watched_threads = 64;  // by debug registers, all the time
inline constexpr std::size_t most_watched_callers = 48;  // the others are not known to call

// The strata of the estimate.
inline constexpr std::uint32_t of_busy_threads = 0, of_other_threads = 1;

struct ThreadChoice {
    std::vector<ChosenThread> threads;
    std::array<bool, most_strata> covers{};  // what its window tells of
};

// Of the work of all: the mean of a thread's part of the calls and its part of the bytes, and a little for
// one that has stopped calling and may begin again. They sum up to 1.
std::vector<double> shares_of_work(std::span<const ScoutedThread> threads);

// All where they are few. Else those that are known to call, at random by their work where they are too many,
// and a random choice of the others, each of which stands for as many as its chance asks for: that is by what
// they have had of a processor, as only who has one can call. One is of the others only where that is wanted,
// or no busy one is known.
ThreadChoice choose_threads(std::span<const pid_t> threads, std::span<const ScoutedThread> busy,
                            const ThreadNs& times, std::size_t most, bool wants_others,
                            std::mt19937_64& random);

// Which calls of a thread are recorded, where it calls so often. Only of a function that it will call many
// times as often may some be: of the others none might be. It is judged by what came before, so by nothing of
// this window.
void choose_calls(ChosenThread& thread, const std::array<double, most_functions>& calls_a_second,
                  const ProbedAllocator& allocator, const WindowPlan& plan, std::mt19937_64& random);

// Those that call so seldom that each call may trap by a debug register: those with the largest blocks first,
// as many as make `most_calls` a second together, and at most as many threads as can be watched. Where there
// are more, some of those that are not known to call stand for the rest of those.
std::vector<ChosenThread> choose_watched(std::span<const pid_t> threads, std::span<const ScoutedThread> known,
                                         const ThreadNs& times, double most_calls, std::mt19937_64& random);

}  // namespace nmtx
