// Chooses allocations as a Poisson process in bytes does: each byte is a point with probability 1 / period,
// and an allocation is chosen where at least one of its bytes is. So a large one is nearly certain to be
// seen, small ones are seen by their sum, and each that is chosen stands for 1 / probability of its size.
#pragma once

#include <cstdint>
#include <optional>

#include "allocations/random_numbers.h"

namespace nmtx {

// 1 - exp(-bytes / period); of no bytes as of one.
double chance_of(std::uint64_t bytes, double period);

class ByteSampler {
  public:
    ByteSampler(double period, std::uint64_t seed) : period_(period), random_(seed) {}

    // Its probability where it is chosen. `share`: what part of the allocations is shown to the sampler at
    // all; then the period is as much shorter, so that the points are as far apart as they were.
    std::optional<double> choose(std::uint64_t bytes, double share = 1);
    [[nodiscard]] double period() const { return period_; }

  private:
    double period_;
    RandomNumbers random_;
};

}  // namespace nmtx
