#include "allocations/byte_sampler.h"

#include <algorithm>
#include <cmath>

namespace nmtx {

double chance_of(std::uint64_t bytes, double period) {
    if (period <= 0) return 1;
    return -std::expm1(-static_cast<double>(std::max<std::uint64_t>(bytes, 1)) / period);
}

std::optional<double> ByteSampler::choose(std::uint64_t bytes, double share) {
    const double chance = chance_of(bytes, period_ * std::clamp(share, 0.0, 1.0));
    return random_.fraction() < chance ? std::optional(chance) : std::nullopt;
}

}  // namespace nmtx
