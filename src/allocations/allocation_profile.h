// Who allocates: calls of malloc and its like, sampled by their bytes over a time, with their stacks.
//
//   calls      functions, sites, nodes and threads of the stacks, as of any profile; no sums
//   samples    a chosen call each: its stack, its size, of how many calls of its window it stands
//   windows    the stretches of the time in which there were probes in the process
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "allocations/block_ends.h"
#include "allocations/estimate.h"
#include "allocations/probe_budget.h"
#include "profile/profile.h"

namespace nmtx {

struct AllocationSample {
    std::uint32_t node = 0;
    std::uint32_t thread = 0;
    std::uint32_t window = 0;
    std::uint64_t bytes = 0;    // asked for
    std::uint64_t address = 0;  // of the block; 0 where it was not asked for, or the call has not returned
    double weight = 1;
    bool live = false;  // known where AllocationRun::knows_live
    double doubt = 0;   // the part of the weight that may be wrong, in all samples the same way
    // With its block: what was seen of it (block_ends.h), and from that its part in what stays in use, with
    // the cell by which that is scaled; 0 where it has none.
    BlockSeen seen{};
    double live_part = 0;
    std::uint32_t cell = no_cell;
    bool judged = true;  // false: it was not seen long enough, or its block is not known; it may have stayed
    // With AllocationRun::with_frees: how long it was until its window ended, and of that until it was freed;
    // less than 0 where it was not watched, or not seen to be freed.
    double could_s = -1, lived_s = -1;
    bool mapped = false;  // by mmap; not a block of malloc's
};

struct AllocationRun {
    std::uint64_t pid = 0;
    std::string process;     // its comm
    std::string started_at;  // UTC
    std::int64_t started_unix_ms = 0;
    double asked_s = 0, seconds = 0;

    std::string allocator;  // "glibc"
    std::string library;    // path of the file that is probed
    std::vector<std::string> functions;
    std::vector<std::string> functions_left_out;  // a probe there would cost too much, or cannot be
    bool with_jvm = false;                        // calls from libjvm.so are among the samples

    // By which the sums are estimated: two for a window in which threads of both strata had probes.
    std::vector<TimeWindow> windows;
    std::uint64_t window_count = 0;
    double windows_s = 0;  // in which calls were seen
    double budget = 0;     // of one core
    HitPrice price;
    ProbeHits hits;                // in all threads that had probes, with those before the first window
    double threads_mean = 0;       // of the process
    double threads_probed = 0;     // a window, on average
    double threads_watched = 0;    // by debug registers, beside the windows, on average
    double unseen_cpu = 0;         // of the time of all on processors, the part of those that never had one
    std::size_t threads_seen = 0;  // that had one, or were watched, at some time
    double first_rate = 0;         // calls a second, as counted before the first window
    double slowed = 0;          // the most that a window's own cost may have slowed a thread: 0.3 of its time
    double period_bytes = 0;    // between samples
    std::uint64_t of_jvm = 0;   // records that were left out
    std::uint64_t refused = 0;  // records that make no sense: their stack was not copied
    std::uint64_t overflow = 0;  // records that the kernel dropped since its buffer was full
    std::uint64_t no_room = 0;   // chosen, and not kept: copies would have taken too much memory
    std::uint64_t unwound = 0;   // samples whose stack was followed to the thread's first function
    std::uint64_t lost = 0;      // copied and not unwound
    std::string lost_why;
    std::uint64_t beyond = 0;  // whose stacks had no room left in the tree
    bool knows_live = false;
    bool live_counted = false;   // new blocks were counted
    std::string live_uncounted;  // why not, where the samples that are in use are known
    double live_doubt = 0;       // the part of what is in use that may be wrong, since the walks take time
    double live_unseen = 0;      // bytes that are new and in use, and that no sampled call accounts for
    double live_unseen_blocks = 0;
    std::string live_missing;  // why not, where it was asked for
    std::string java_missing;
    double nmtx_cpu_ms = 0;
    bool interrupted = false;
    bool process_ended = false;

    bool with_frees = false;              // free was probed, too
    std::uint64_t windows_unwatched = 0;  // of whose frees some may be missing: the kernel's buffer was full
    // A window had no probes in some threads, or not every realloc was recorded: what was freed there is
    // missing.
    bool frees_partly = false;
    std::string frees_missing;  // why free was not probed, where it was asked for

    // A thread spent so much of a window in traps that what it would have called cannot be estimated: sums
    // with its calls have no intervals.
    [[nodiscard]] bool is_too_low() const { return slowed > most_corrected; }
    static constexpr double most_corrected = 0.8;
    // In a window one thread had a probe for several. How much that says of the others only shows where it
    // was another one often enough.
    bool one_for_several = false;
    [[nodiscard]] bool has_too_few_windows() const {
        return one_for_several && window_count < enough_windows;
    }
    static constexpr std::uint64_t enough_windows = 6;
    // Threads that never had a probe may call as much as they had of the processors. Where many others were
    // chosen at random, these say what such threads do.
    [[nodiscard]] bool has_unseen_threads() const {
        return unseen_cpu > most_unseen_cpu && threads_seen < enough_threads;
    }
    static constexpr double most_unseen_cpu = 0.1;
    static constexpr std::size_t enough_threads = 12;
    [[nodiscard]] bool sees_too_little() const { return has_too_few_windows() || has_unseen_threads(); }

    // What it has cost the target, and of that time the share of one core.
    [[nodiscard]] double paid_ns() const { return cost_ns(price, hits); }
    [[nodiscard]] double paid_share() const { return seconds > 0 ? paid_ns() / 1e9 / seconds : 0; }
};

// Samples whose blocks are of like size, and by how much what they stand for is corrected, since the blocks
// of these sizes were counted before and after (live_blocks.h).
struct LiveCell {
    // Only the samples' shares are estimated; else also their sum, as that of what is allocated is.
    bool counted = false;
    double scale = 1;
    double most = 0;   // bytes: no more new blocks are there
    double doubt = 0;  // where the sum is estimated: the part of it that may be wrong, beside chance
};

struct AllocationProfile {
    AllocationRun run;
    Profile calls;
    std::vector<AllocationSample> samples;
    std::vector<LiveCell> live_cells;  // of the live samples
};

// Of how many calls of the whole time each sample stands.
class WholeTime {
  public:
    explicit WholeTime(const AllocationProfile& profile)
        : cells_(profile.live_cells), factors_(window_factors(profile.run.windows, profile.run.seconds)) {}
    [[nodiscard]] double calls(const AllocationSample& sample) const {
        return sample.window < factors_.size() ? sample.weight * factors_[sample.window] : 0;
    }
    // And of how many that stay in use; less than 0 of one that was not seen to end by chance only.
    [[nodiscard]] double blocks(const AllocationSample& sample) const {
        return calls(sample) * sample.live_part *
               (sample.cell < cells_.size() ? cells_[sample.cell].scale : 1);
    }

  private:
    const std::vector<LiveCell>& cells_;
    std::vector<double> factors_;
};

// The same as a profile whose weights are bytes: for flame graphs and collapsed stacks.
Profile weighed_by_bytes(const AllocationProfile& profile, bool only_live);

// The sums of a stack and a thread over the whole time, for pprof.
struct AllocationSums {
    std::uint32_t node = 0;
    std::uint32_t thread = 0;
    double alloc_objects = 0, alloc_space = 0;
    double inuse_objects = 0, inuse_space = 0;
};
std::vector<AllocationSums> sums_by_stack(const AllocationProfile& profile);

}  // namespace nmtx
