// A sum over the whole time, estimated from windows of it and from samples in them, with its 95 % interval.
//
// Two things are left to chance: where the windows were, and what was chosen in them. The time is cut into
// stretches, each as long as what came before it asked for, with one window at a random place in it; the
// window stands for its stretch. So a burst, whose window is shorter and is followed by a longer stretch,
// counts neither more nor less than quiet time. The spread of the windows' rates gives the variance, as of
// clusters in a survey (Cochran, Sampling Techniques, chapters 6 and 10), less where a window covers more of
// its stretch. What was chosen in a window adds its own, by each sample's probability (Horvitz and Thompson).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nmtx {

struct Estimate {
    double value = 0;
    double low = 0, high = 0;  // where 95 of 100 such intervals hold the true sum
    bool unbounded = false;    // the true sum may be many times as large: no interval
};

inline constexpr std::uint32_t no_cell = 0xffffffff;

// One sample's share in a sum.
struct WeightedSample {
    std::uint32_t window = 0;
    double value = 0;   // bytes, or 1 for blocks
    double weight = 1;  // of how many allocations of the window it stands; at least 1
    double doubt = 0;   // the part of it that may be wrong, in all samples the same way
    // For sums of what is in use: AllocationProfile::live_cells.
    std::uint32_t cell = no_cell;
    std::uint32_t thread = 0;
    double part = 1;     // AllocationSample::live_part, by which the value is multiplied
    double bytes = 0;    // of the block
    double could = 0;    // the value if all of it stays in use
    bool judged = true;  // whether it does was seen
};
// Of a weight that may be too small by more than can be said.
inline constexpr double boundless_doubt = 4;

// In which calls were seen, and the length of its stretch of the time; in seconds.
struct TimeWindow {
    double seconds = 0;
    double stands_for = 0;
    // Calls of some threads only are in it. The sums of the strata are estimated apart, and added.
    std::uint32_t stratum = 0;
};
inline constexpr std::uint32_t most_strata = 2;
// Of how many windows like it each stands, so that those of a stratum together are `total` long; 0 for one
// without length.
std::vector<double> window_factors(std::span<const TimeWindow> windows, double total);

// `total`: the length of the time that the sum is of. An interval never ends below 0, and with one window
// that is not the whole time it is that of a Poisson process.
Estimate estimate_sum(std::span<const WeightedSample> samples, std::span<const TimeWindow> windows,
                      double total);

// The quantile of Student's distribution that 97.5 % are below.
double student_975(std::size_t freedom);
inline constexpr double normal_975 = 1.960;
// Of a Poisson distribution with this mean 2.5 % are 0.
inline constexpr double none_seen = 3.689;
// The mean of a Poisson distribution of which 2.5 % are not above `seen`, as a multiple of `seen` (Garwood,
// by the approximation of Wilson and Hilferty).
double most_for_seen(double seen);

}  // namespace nmtx
