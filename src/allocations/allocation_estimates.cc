#include "allocations/allocation_estimates.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace nmtx {
namespace {

// A thread that is slowed by its traps beyond correction may call as many times as often, compared to another
// one: a call without its trap takes 10 to 200 ns.
constexpr double most_unlike = 20;

// Of the ends of blocks at least 5 % are seen, or it is as if they stayed.
constexpr double most_not_seen = 19;

bool is_in_use(AllocationMeasure measure) {
    return measure == AllocationMeasure::inuse_space || measure == AllocationMeasure::inuse_objects;
}

bool is_space(AllocationMeasure measure) {
    return measure == AllocationMeasure::alloc_space || measure == AllocationMeasure::inuse_space;
}

// Not a lower bound only for what is uncertain about how many samples came early.
double with_doubt(double own, double more) {
    constexpr double most = 0.99 * boundless_doubt;
    return own >= most ? own : std::min(own + more, most);
}

double of_key(const std::map<std::uint32_t, double>& sums, std::uint32_t key) {
    const auto found = sums.find(key);
    return found == sums.end() ? 0 : found->second;
}

}  // namespace

void AllocationEstimates::CellSum::add(const WeightedSample& sample, double value) {
    sum += value;
    bytes += sample.bytes * sample.weight;
    calls += sample.weight;
    squares += value * value;
    windows[sample.window] += value;
    threads[sample.thread] += value;
    if (sample.part > 0) there += value;
    if (sample.part < 0) ended += value / sample.part;
}

AllocationEstimates::AllocationEstimates(const AllocationProfile& profile, AllocationMeasure measure)
    : profile_(profile),
      measure_(measure),
      factors_(window_factors(profile.run.windows, profile.run.seconds)),
      cells_(profile.live_cells.size()) {
    all_.reserve(profile.samples.size());
    for (const AllocationSample& sample : profile.samples) {
        const auto counts = weighted(sample);
        if (!counts) continue;
        all_.push_back(*counts);
        if (counts->cell >= cells_.size()) continue;
        cells_[counts->cell].add(*counts, whole(*counts));
        if (counts->doubt >= boundless_doubt) slow_threads_[counts->thread] = true;
    }
}

std::optional<WeightedSample> AllocationEstimates::weighted(const AllocationSample& sample) const {
    if (is_in_use(measure_) && sample.live_part == 0) return std::nullopt;
    const double part = is_in_use(measure_) ? sample.live_part : 1;
    const double value = part * (is_space(measure_) ? static_cast<double>(sample.bytes) : 1);
    return WeightedSample{sample.window,
                          value,
                          sample.weight,
                          sample.doubt,
                          is_in_use(measure_) ? sample.cell : no_cell,
                          sample.thread,
                          part,
                          static_cast<double>(sample.bytes)};
}

double AllocationEstimates::whole(const WeightedSample& sample) const {
    return sample.window < factors_.size() ? sample.value * sample.weight * factors_[sample.window] : 0;
}

// Blocks that end may come to less than 0 by chance.
double AllocationEstimates::share_of(const CellSum& part, const CellSum& cell) {
    return cell.sum > 0 ? std::clamp(part.sum / cell.sum, 0.0, 1.0) : 0;
}

// Bytes of the cell's blocks, or how many these are.
double AllocationEstimates::in_measure(double bytes, const CellSum& cell) const {
    return is_space(measure_) || cell.bytes <= 0 ? bytes : bytes * cell.calls / cell.bytes;
}

AllocationEstimates::Ends AllocationEstimates::ends_of(const std::map<std::uint32_t, CellSum>& parts) const {
    double there = 0, ended = 0, all_there = 0, all_ended = 0;
    for (const auto& [cell, part] : parts) {
        there += part.there;
        ended += part.ended;
    }
    for (const CellSum& cell : cells_) {
        all_there += cell.there;
        all_ended += cell.ended;
    }
    const auto ratio = [](double some, double of) { return of > 0 ? std::max(0.0, some / of) : 0; };
    return {ratio(ended, there), ratio(all_ended - ended, all_there - there)};
}

// In a cell with few samples none may have been seen to end by chance.
AllocationEstimates::Shares AllocationEstimates::shares_by_ends(const CellSum& part, const CellSum& cell,
                                                                const Ends& ends) {
    const double there = part.there, others = std::max(0.0, cell.there - part.there);
    const double ended = std::max(part.ended, ends.of_part * there);
    const double others_ended = std::max(cell.ended - part.ended, ends.of_others * others);
    const double least = std::max(0.0, there - most_not_seen * ended);
    const double least_others = std::max(0.0, others - most_not_seen * others_ended);
    const auto share = [](double one, double other) { return one > 0 ? one / (one + other) : 0; };
    return {others > 0 ? share(least, others) : 1, share(there, least_others)};
}

// The share of the cell that the part may have, whatever the true rates of slowed threads are.
double AllocationEstimates::possible_share(const CellSum& part, const CellSum& cell, bool most) const {
    double of_part = 0, of_cell = 0;
    const double share = share_of(part, cell);
    for (const auto& [thread, sum] : cell.threads) {
        const double own = of_key(part.threads, thread);
        const bool helps = (own > share * sum) == most;
        const double times = slow_threads_.contains(thread) && helps ? most_unlike : 1;
        of_part += own * times;
        of_cell += sum * times;
    }
    return of_cell > 0 ? std::clamp(of_part / of_cell, 0.0, 1.0) : share;
}

AllocationEstimates::Reach AllocationEstimates::share(const CellSum& part, const CellSum& cell,
                                                      const LiveCell& counted_cell, const Ends& ends) const {
    if (cell.sum <= 0) return {};
    const double share = share_of(part, cell), counted = cell.sum * counted_cell.scale;
    double between = 0;
    for (const auto& [window, sum] : cell.windows) {
        const double residual = of_key(part.windows, window) - share * sum;
        between += residual * residual;
    }
    const auto windows = static_cast<double>(cell.windows.size());
    if (windows > 1) between *= windows / (windows - 1);
    const double chosen =
        part.squares * (1 - share) * (1 - share) + (cell.squares - part.squares) * share * share;
    const double reach = std::max(windows > 1 ? student_975(cell.windows.size() - 1) * std::sqrt(between) : 0,
                                  normal_975 * std::sqrt(std::max(0.0, chosen))) /
                         cell.sum;
    const double unseen = share * std::min(1.0, none_seen * cell.squares / (cell.sum * cell.sum));
    Reach result{counted * share, counted * std::min(share, std::max(reach, unseen)),
                 counted * std::min(1 - share, reach), 0, 0};
    Shares possible = shares_by_ends(part, cell, ends);
    if (!slow_threads_.empty() && cell.threads.size() > 1) {
        possible.low = std::min(possible.low, possible_share(part, cell, false));
        possible.high = std::max(possible.high, possible_share(part, cell, true));
    }
    const double most = std::max(counted, in_measure(counted_cell.most, cell));
    result.all_below = counted * std::max(0.0, share - possible.low);
    result.all_above = most * std::max(share, possible.high) - counted * share;
    return result;
}

Estimate AllocationEstimates::of(std::span<const WeightedSample> samples) const {
    if (cells_.empty() || !is_in_use(measure_))
        return estimate_sum(samples, profile_.run.windows, profile_.run.seconds);
    std::vector<WeightedSample> sampled;
    std::map<std::uint32_t, CellSum> counted;
    std::set<std::uint32_t> others;
    for (const WeightedSample& sample : samples) {
        const LiveCell cell = sample.cell < cells_.size() ? profile_.live_cells[sample.cell] : LiveCell{};
        if (cell.counted) {
            counted[sample.cell].add(sample, whole(sample));
        } else {
            sampled.push_back(sample);
            sampled.back().value *= cell.scale;
            sampled.back().doubt = with_doubt(sample.doubt, cell.doubt);
            if (sample.cell < cells_.size()) others.insert(sample.cell);
        }
    }
    double value = 0, most = 0, all_below = 0, all_above = 0;
    double below = 0, above = 0;  // squares
    const Ends ends = ends_of(counted);
    for (const auto& [cell, part] : counted) {
        const Reach one = share(part, cells_[cell], profile_.live_cells[cell], ends);
        value += one.value;
        below += one.below * one.below;
        above += one.above * one.above;
        all_below += one.all_below;
        all_above += one.all_above;
        most += std::max(one.value, in_measure(profile_.live_cells[cell].most, cells_[cell]));
    }
    const double walks = profile_.run.live_doubt * value;
    all_below += walks;
    all_above += walks;
    Estimate rest = estimate_sum(sampled, profile_.run.windows, profile_.run.seconds);
    // Where calls are a lower bound, what was counted still bounds what stays of them.
    if (rest.only_least && profile_.run.live_counted) {
        rest.only_least = false;
        rest.low = 0;
        for (const std::uint32_t cell : others)
            rest.high += in_measure(profile_.live_cells[cell].most, cells_[cell]);
    }
    below = std::hypot(std::sqrt(below), rest.value - rest.low) + all_below;
    above = std::hypot(std::sqrt(above), rest.high - rest.value) + all_above;
    const double bound = most * (1 + profile_.run.live_doubt) + rest.high;
    const double high = std::max(0.0, std::min(value + rest.value + above, bound));
    value = std::max(0.0, value + rest.value);
    return {value, std::max(0.0, value - below), high, rest.only_least};
}

Estimate estimate_of(const AllocationProfile& profile, AllocationMeasure measure) {
    return AllocationEstimates(profile, measure).all();
}

}  // namespace nmtx
