#include "allocations/live_blocks.h"

#include <algorithm>
#include <bit>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "allocations/estimate.h"

namespace nmtx {
namespace {

// What malloc may add to what was asked for: its rounding, and a page where the block has its own mapping or
// is aligned to one.
constexpr std::uint64_t most_rounding = 32;
constexpr std::uint64_t page_rounding = 8192;
constexpr std::uint64_t may_be_mapped = std::uint64_t{64} << 10U;

bool may_hold(const LiveBlock& block, std::uint64_t bytes) {
    const std::uint64_t more = bytes >= may_be_mapped ? page_rounding : most_rounding;
    return block.usable >= bytes && block.usable - bytes <= more;
}

// With fewer samples a cell takes in more sizes.
constexpr double enough_samples = 8;
// A size by itself, then eighths of an octave, octaves, all.
constexpr std::uint32_t levels = 4;

std::uint64_t group_of(std::uint64_t usable, std::uint32_t level) {
    const auto octave = static_cast<std::uint64_t>(std::bit_width(usable));
    switch (level) {
        case 0:
            return usable;
        case 1:
            return octave * 8 + (octave > 4 ? usable >> (octave - 4) & 7U : 0);
        case 2:
            return octave;
        default:
            return 0;
    }
}

// A sample with a part in what stays, or one that may have stayed unseen (0), by what its block has room for.
struct PlacedBlock {
    std::size_t sample = 0;
    std::uint64_t usable = 0;
    double part = 0;
};

// Sizes that are looked at together; in usable bytes.
struct SizeGroup {
    double more = 0, more_blocks = 0;  // in use than before
    double fresh = 0;                  // at addresses that had none before
    std::vector<PlacedBlock> of;

    void add(const SizeGroup& other) {
        more += other.more;
        more_blocks += other.more_blocks;
        fresh += other.fresh;
        of.insert(of.end(), other.of.begin(), other.of.end());
    }
    // That stay, for all that is known.
    [[nodiscard]] bool has_enough() const {
        double sum = 0, squares = 0;
        for (const PlacedBlock& one : of) {
            sum += one.part;
            squares += one.part * one.part;
        }
        return sum > 0 && sum * sum >= enough_samples * squares;
    }
    [[nodiscard]] bool empty() const { return of.empty() && more == 0; }
};

bool is_left_out(BlockSeen seen, const BlockEnds& ends) {
    seen.ended_at_once = seen.is_gone = false;
    seen.ended_s = -1;
    return ends.part_that_stays(seen) == 0;
}

// What stays is estimated only from samples early in their windows; those that came late say nothing.
struct EarlySamples {
    double stand_for = 1;  // so many each, by bytes
    double doubt = 0;      // the part of that which may be wrong: no less than of what was allocated at all
};

EarlySamples early_samples(const AllocationProfile& profile, const BlockEnds& ends, bool mapped) {
    std::vector<WeightedSample> samples, early;
    for (const AllocationSample& sample : profile.samples) {
        if (sample.address == 0 || sample.mapped != mapped) continue;
        samples.push_back({sample.window, static_cast<double>(sample.bytes), sample.weight, sample.doubt});
        if (!is_left_out(sample.seen, ends)) early.push_back(samples.back());
    }
    const auto sum = [&](const std::vector<WeightedSample>& of) {
        return estimate_sum(of, profile.run.windows, profile.run.seconds);
    };
    const Estimate all = sum(samples), of_early = sum(early);
    if (of_early.value <= 0 || early.size() == samples.size()) return {};
    return {all.value / of_early.value, all.high / all.value - 1};
}

void add_cell(AllocationProfile& profile, std::span<const PlacedBlock> of, const LiveCell& cell) {
    if (of.empty() && cell.most <= 0) return;
    for (const PlacedBlock& one : of)
        profile.samples[one.sample].cell = static_cast<std::uint32_t>(profile.live_cells.size());
    profile.live_cells.push_back(cell);
}

// Of malloc's blocks.
class Cells {
  public:
    Cells(AllocationProfile& profile, const BlocksOfTime& blocks, const std::vector<PlacedBlock>& placed,
          const BlockEnds& ends)
        : profile_(profile), blocks_(blocks), placed_(placed), early_(early_samples(profile, ends, false)) {}

    void make() {
        if (blocks_.sizes.empty() || blocks_.seconds <= 0)
            return add_cell(profile_, placed_, {false, early_.stand_for, 0, early_.doubt});
        profile_.run.live_counted = true;
        profile_.run.live_doubt = blocks_.doubt;
        for (SizeGroup& group : groups()) {
            if (!group.has_enough()) ignore_ends(group);
            add_cell(profile_, group.of, cell_of(group));
        }
    }

  private:
    // Where ends that were not seen may outweigh all that stays: those that were seen only widen the
    // interval.
    void ignore_ends(SizeGroup& group) {
        constexpr double hardly = -1e-9;
        for (PlacedBlock& one : group.of) {
            if (one.part >= 0) continue;
            one.part = profile_.samples[one.sample].live_part = hardly;
        }
    }

    // Each size in the smallest group that has enough samples; what is left in one of its own.
    [[nodiscard]] std::vector<SizeGroup> groups() const {
        std::map<std::uint64_t, SizeGroup> left;  // by size
        for (const BlocksOfSize& size : blocks_.sizes) {
            const auto usable = static_cast<double>(size.usable);
            const double now = static_cast<double>(size.fresh) + static_cast<double>(size.old);
            left[size.usable].more_blocks = now - static_cast<double>(size.before);
            left[size.usable].more = (now - static_cast<double>(size.before)) * usable;
            left[size.usable].fresh = static_cast<double>(size.fresh) * usable;
        }
        for (const PlacedBlock& one : placed_) left[one.usable].of.push_back(one);
        std::vector<SizeGroup> found;
        for (std::uint32_t level = 0; level < levels; ++level) {
            std::map<std::uint64_t, SizeGroup> joined;
            for (const auto& [usable, group] : left) joined[group_of(usable, level)].add(group);
            std::erase_if(left,
                          [&](const auto& one) { return joined[group_of(one.first, level)].has_enough(); });
            for (auto& [key, group] : joined) {
                if (group.has_enough()) found.push_back(std::move(group));
            }
        }
        SizeGroup rest;
        for (const auto& [usable, group] : left) rest.add(group);
        if (!rest.empty()) found.push_back(std::move(rest));
        return found;
    }

    // Usable bytes that the samples stand for.
    [[nodiscard]] Estimate sampled(const SizeGroup& group) const {
        std::vector<WeightedSample> samples;
        samples.reserve(group.of.size());
        for (const PlacedBlock& one : group.of) {
            const AllocationSample& sample = profile_.samples[one.sample];
            samples.push_back({sample.window,
                               sample.live_part * static_cast<double>(one.usable) * early_.stand_for,
                               sample.weight, sample.doubt});
        }
        return estimate_sum(samples, profile_.run.windows, profile_.run.seconds);
    }

    LiveCell cell_of(const SizeGroup& group) {
        const Estimate estimate = sampled(group);
        const double part = profile_.run.seconds / blocks_.seconds;
        const double more = std::max(0.0, group.more * part), fresh = std::max(more, group.fresh * part);
        const bool bounded = !profile_.run.sees_too_little() && !estimate.unbounded;
        const double high = std::max(estimate.high, estimate.value * (1 + early_.doubt));
        // New blocks of sizes without any sample belong to nobody, even where there is no interval.
        const bool unseen = more > high && (bounded || estimate.value <= 0);
        if (unseen) {
            const double rest = more - high;
            profile_.run.live_unseen += rest;
            profile_.run.live_unseen_blocks += std::max(0.0, group.more_blocks * part) * rest / more;
        }
        const double scale = estimate.value > 0 ? early_.stand_for * more / estimate.value : 0;
        if (unseen || estimate.value <= 0 || !group.has_enough())
            return {false, std::min(early_.stand_for, scale), fresh, early_.doubt};
        return {true, scale, fresh};
    }

    AllocationProfile& profile_;
    const BlocksOfTime& blocks_;
    const std::vector<PlacedBlock>& placed_;
    EarlySamples early_;
};

// No more stays than has become memory.
LiveCell cell_of_mmap(const AllocationProfile& profile, std::span<const PlacedBlock> placed,
                      const BlocksOfTime& blocks, const BlockEnds& ends) {
    const EarlySamples early = early_samples(profile, ends, true);
    LiveCell cell{false, early.stand_for, 0, early.doubt};
    if (!blocks.freshly_mapped || blocks.seconds <= 0) return cell;
    const WholeTime whole(profile);
    double sum = 0;
    for (const PlacedBlock& one : placed) {
        const AllocationSample& sample = profile.samples[one.sample];
        sum += whole.calls(sample) * one.part * static_cast<double>(sample.bytes);
    }
    cell.most = static_cast<double>(*blocks.freshly_mapped) * profile.run.seconds / blocks.seconds;
    if (sum > 0) cell.scale = std::min(cell.scale, cell.most / sum);
    return cell;
}

// The blocks of the end, each for the last sample that has it.
class BlocksAtEnd {
  public:
    explicit BlocksAtEnd(std::span<const LiveBlock> blocks) {
        known_.reserve(blocks.size());
        for (const LiveBlock& block : blocks) known_.emplace(block.address, Known{&block, false});
    }

    // Of a sample, from the last one to the first, the bytes of its block that are in use; 0 where there is
    // none. Notes where it is another's by now.
    std::uint64_t find(AllocationSample& sample) {
        const auto found = sample.address == 0 ? known_.end() : known_.find(sample.address);
        if (found == known_.end() || !fits(*found->second.block, sample)) {
            sample.seen.is_gone = true;
            return 0;
        }
        if (sample.seen.ended_s < 0) sample.seen.is_gone = std::exchange(found->second.taken, true);
        return found->second.block->usable;
    }

  private:
    static bool fits(const LiveBlock& block, const AllocationSample& sample) {
        return sample.mapped ? block.usable > 0 : may_hold(block, sample.bytes);
    }

    struct Known {
        const LiveBlock* block = nullptr;
        bool taken = false;  // by a later sample
    };
    std::unordered_map<std::uint64_t, Known> known_;
};

BlockEnds ends_of(const AllocationProfile& profile, bool mapped) {
    std::vector<BlockSeen> seen;
    for (const AllocationSample& sample : profile.samples) {
        if (sample.address != 0 && sample.mapped == mapped) seen.push_back(sample.seen);
    }
    return BlockEnds(seen);
}

// The least size of blocks that can be those of so many bytes; 0 where there is none.
std::uint64_t size_for(const BlocksOfTime& blocks, std::uint64_t bytes) {
    const auto size =
        std::lower_bound(blocks.sizes.begin(), blocks.sizes.end(), bytes,
                         [](const BlocksOfSize& one, std::uint64_t asked) { return one.usable < asked; });
    return size != blocks.sizes.end() && may_hold({0, size->usable}, bytes) ? size->usable : 0;
}

// Of the samples' calls of malloc, or of mmap: those with a part in what stays, which is set, and those of
// which that is not known.
std::vector<PlacedBlock> place(AllocationProfile& profile, const BlocksOfTime& blocks,
                               std::span<const std::uint64_t> usable, const BlockEnds& ends, bool mapped) {
    std::vector<PlacedBlock> placed;
    for (std::size_t i = 0; i < profile.samples.size(); ++i) {
        AllocationSample& sample = profile.samples[i];
        if (sample.mapped != mapped) continue;
        sample.live_part = sample.address == 0 ? 0 : ends.part_that_stays(sample.seen);
        if (mapped && sample.live_part > 0)
            sample.live_part *=
                std::min(1.0, static_cast<double>(usable[i]) / static_cast<double>(sample.bytes));
        sample.live = sample.live_part > 0;
        sample.judged = sample.address != 0 && !is_left_out(sample.seen, ends);
        std::uint64_t room = usable[i];
        if (!sample.judged && sample.address == 0)
            room = mapped ? sample.bytes : size_for(blocks, sample.bytes);
        if (sample.live_part != 0 || (!sample.judged && room > 0))
            placed.push_back({i, room, sample.live_part});
    }
    return placed;
}

}  // namespace

std::vector<std::uint64_t> sampled_addresses(const AllocationProfile& profile) {
    std::vector<std::uint64_t> addresses;
    addresses.reserve(profile.samples.size());
    for (const AllocationSample& sample : profile.samples) {
        if (sample.address != 0 && !sample.mapped) addresses.push_back(sample.address);
    }
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    return addresses;
}

std::vector<Range> sampled_mappings(const AllocationProfile& profile) {
    std::vector<Range> ranges;
    for (const AllocationSample& sample : profile.samples) {
        if (sample.address != 0 && sample.mapped)
            ranges.push_back(range_of(sample.address, sample.address + sample.bytes));
    }
    std::sort(ranges.begin(), ranges.end(),
              [](Range a, Range b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
    const auto same = [](Range a, Range b) { return a.begin == b.begin; };
    ranges.erase(std::unique(ranges.begin(), ranges.end(), same), ranges.end());
    return ranges;
}

void mark_live(AllocationProfile& profile, const BlocksOfTime& blocks) {
    BlocksAtEnd malloced(blocks.sampled), mapped(blocks.mapped);
    std::vector<std::uint64_t> usable(profile.samples.size(), 0);
    // Samples are in the order of time: the last one with an address has the block.
    for (std::size_t i = profile.samples.size(); i-- > 0;) {
        AllocationSample& sample = profile.samples[i];
        usable[i] = (sample.mapped ? mapped : malloced).find(sample);
    }
    profile.run.knows_live = true;
    profile.live_cells.clear();
    const BlockEnds ends = ends_of(profile, false), mapped_ends = ends_of(profile, true);
    Cells(profile, blocks, place(profile, blocks, usable, ends, false), ends).make();
    const std::vector<PlacedBlock> placed = place(profile, blocks, usable, mapped_ends, true);
    add_cell(profile, placed, cell_of_mmap(profile, placed, blocks, mapped_ends));
}

}  // namespace nmtx
