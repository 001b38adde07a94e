// Which threads get probes of their own: few, since each has the kernel look through one more at every hit.
#pragma once

#include <sys/types.h>

#include <random>
#include <span>
#include <vector>

#include "platform/probes/probe_window.h"

namespace nmtx {

inline constexpr std::size_t most_probed_threads = 8;
inline constexpr std::size_t most_counted_threads = 64;

// All where they are few; else those that were busy before, and a random choice of the others, which stands
// for all of those.
std::vector<ChosenThread> choose_threads(std::span<const pid_t> threads, std::span<const pid_t> busy,
                                         std::size_t most, std::mt19937_64& random);

}  // namespace nmtx
