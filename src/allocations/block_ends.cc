#include "allocations/block_ends.h"

#include <algorithm>
#include <cmath>

namespace nmtx {
namespace {

constexpr std::size_t least_ends = 5;
// What was seen for a shorter part of the longest time says too little.
constexpr double least_part = 0.3;
// The rate times the longest time: a lower one does not show in it.
constexpr double least_ends_expected = 0.05;

bool was_seen_to_end(const BlockSeen& block) {
    return !block.ended_at_once && !block.late && block.could_s > 0 && block.ended_s >= 0;
}

// The mean of an exponential distribution that is cut off at `most`, less half of it where the rate is 0.
double mean_until(double rate, double most) {
    const double x = rate * most;
    if (x < 1e-6) return most / 2;
    return 1 / rate - most / std::expm1(x);
}

}  // namespace

BlockEnds::BlockEnds(std::span<const BlockSeen> blocks) {
    double ended_s = 0;
    std::vector<double> could;
    for (const BlockSeen& block : blocks) {
        longest_s_ = std::max(longest_s_, block.could_s);
        if (!was_seen_to_end(block)) continue;
        ended_s += std::min(block.ended_s, block.could_s);
        could.push_back(block.could_s);
    }
    if (could.size() < least_ends) return;
    const auto expected = [&](double rate) {
        double sum = 0;
        for (const double most : could) sum += mean_until(rate, most);
        return sum;
    };
    // The likelihood is greatest where the mean is what was seen; the mean falls with the rate.
    double low = least_ends_expected / longest_s_, high = 1e6 / longest_s_;
    for (int i = 0; i < 100; ++i) {
        const double middle = std::sqrt(low * high);
        (expected(middle) > ended_s ? low : high) = middle;
    }
    rate_ = low;
}

double BlockEnds::part_that_stays(const BlockSeen& block) const {
    if (block.late || block.ended_at_once || block.is_gone) return 0;
    if (rate_ <= 0 || block.could_s < 0) return block.ended_s < 0 ? 1 : 0;
    if (block.could_s < least_part * longest_s_) return 0;
    const double unseen = std::exp(-rate_ * block.could_s);
    return block.ended_s < 0 ? 1 : -unseen / (1 - unseen);
}

}  // namespace nmtx
