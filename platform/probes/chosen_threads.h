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

namespace nmtx {

inline constexpr std::size_t most_probed_threads = 8;
inline constexpr std::size_t most_scouted_threads = 64;

// The strata of the estimate.
inline constexpr std::uint32_t of_busy_threads = 0, of_other_threads = 1;

struct ThreadChoice {
    std::vector<ChosenThread> threads;
    std::array<bool, most_strata> covers{};  // what its window tells of
};

// All where they are few. Else those that are known to call, at random by their calls where they are too
// many, and a random choice of the others, each of which stands for as many as its chance asks for. One alone
// is of the others only where that is wanted, or no busy one is known.
ThreadChoice choose_threads(std::span<const pid_t> threads, std::span<const ScoutedThread> busy,
                            std::size_t most, bool wants_others, std::mt19937_64& random);

}  // namespace nmtx
