// Sums of samples over the whole time, with their intervals: of what was allocated, and of what is in use.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "allocations/allocation_profile.h"

namespace nmtx {

// What is summed of each sample.
enum class AllocationMeasure : std::uint8_t { alloc_space, alloc_objects, inuse_space, inuse_objects };

// What is in use is estimated by the cells of the samples, where blocks were counted. Of a counted cell the
// sum is known, and a site has its share of the samples in it. How often a thread calls does not matter then,
// nor how much its traps slow it. The share's interval is that of a ratio between clusters, the windows, and
// of the choice of the samples. Where all are of one site, another may have what no sample fell on. It holds
// both cases, that all blocks whose end was not seen stay, and that those of a site end like its others.
//
// A site of which no sample stays may still have blocks that do: the fewer of its samples could show it, the
// more. So may a thread of which no sample could show it; what it may have is uncertain in the shares of
// others.
class AllocationEstimates {
  public:
    // `profile` must outlive it.
    AllocationEstimates(const AllocationProfile& profile, AllocationMeasure measure);

    // Nothing of one that does not count; a value of 0 for one that does not stay, or is not known to.
    [[nodiscard]] std::optional<WeightedSample> weighted(const AllocationSample& sample) const;
    // `samples`: some of those that count.
    [[nodiscard]] Estimate of(std::span<const WeightedSample> samples) const;
    [[nodiscard]] Estimate all() const;

  private:
    // Samples of a cell, in values of the whole time.
    struct CellSum {
        double sum = 0, squares = 0;
        double bytes = 0, calls = 0;  // of its blocks
        double there = 0, ended = 0;  // of samples that may stay, and of those that were seen to end
        std::map<std::uint32_t, double> windows, threads;
        double silent = 0, silent_squares = 0;  // of threads of which no sample could show it, if they stay
        void add(const WeightedSample& sample, double value);
        void add_silent(double could) {
            silent += could;
            silent_squares += could * could;
        }
        [[nodiscard]] double most_silent() const {
            return silent > 0 ? silent * most_for_seen(silent * silent / silent_squares) : 0;
        }
    };
    // Seen ends for each block that may stay, in all cells.
    struct Ends {
        double of_part = 0, of_others = 0;
    };
    struct Reach {
        double value = 0, below = 0, above = 0;
        double all_below = 0, all_above = 0;  // the same way in all cells
    };
    [[nodiscard]] double whole(const WeightedSample& sample, double value) const;
    [[nodiscard]] bool is_silent(const WeightedSample& sample) const;
    [[nodiscard]] double most_new() const;
    [[nodiscard]] Estimate not_counted(std::span<const WeightedSample> samples) const;
    [[nodiscard]] double most_without_sample(std::span<const WeightedSample> samples) const;
    [[nodiscard]] double in_measure(double bytes, const CellSum& cell) const;
    static double share_of(const CellSum& part, const CellSum& cell);
    [[nodiscard]] Reach share(const CellSum& part, const CellSum& cell, const LiveCell& counted_cell,
                              const Ends& ends) const;
    // Blocks that were not seen to end may have ended all the same, up to so many for each that was.
    struct Shares {
        double low = 0, high = 0;
    };
    [[nodiscard]] Ends ends_of(const std::map<std::uint32_t, CellSum>& parts) const;
    static void admit_silent(const CellSum& part, const CellSum& cell, Shares& possible);
    static Shares shares_by_ends(const CellSum& part, const CellSum& cell, const Ends& ends);
    [[nodiscard]] double possible_share(const CellSum& part, const CellSum& cell, bool most) const;

    const AllocationProfile& profile_;
    AllocationMeasure measure_;
    std::vector<double> factors_;
    std::vector<WeightedSample> all_;
    std::vector<CellSum> cells_;
    std::map<std::uint32_t, bool> slow_threads_;  // whose calls have no known error
    std::set<std::uint32_t> telling_threads_;     // with a sample that could show it whether it stays
};

Estimate estimate_of(const AllocationProfile& profile, AllocationMeasure measure);

inline bool has_interval(const AllocationRun& run, const Estimate& estimate) {
    return !run.sees_too_little() && !estimate.unbounded;
}

}  // namespace nmtx
