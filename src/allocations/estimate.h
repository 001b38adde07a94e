// A sum over the whole time, estimated from windows of it and from samples in them, with its 95 % interval.
//
// Two things are left to chance: which windows there were, and what was chosen in them. Of the first the
// windows' own spread tells, as of clusters in a survey (Cochran, Sampling Techniques, chapters 6 and 10):
// the ratio of sums and lengths, its variance from the residuals, less where the windows cover more of the
// time. Of the second each sample tells, by its probability (Horvitz and Thompson).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nmtx {

struct Estimate {
    double value = 0;
    double low = 0, high = 0;  // where 95 of 100 such intervals hold the true sum
};

// One sample's share in a sum.
struct WeightedSample {
    std::uint32_t window = 0;
    double value = 0;   // bytes, or 1 for blocks
    double weight = 1;  // of how many allocations of the window it stands; at least 1
};

// `windows`: the length of each, in seconds; `total`: that of the time that the sum is of. An interval never
// ends below 0, and with one window that is not the whole time it is that of a Poisson process.
Estimate estimate_sum(std::span<const WeightedSample> samples, std::span<const double> windows, double total);

// The quantile of Student's distribution that 97.5 % are below.
double student_975(std::size_t freedom);

}  // namespace nmtx
