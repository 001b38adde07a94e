#include "allocations/allocation_estimates.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

// Not unbounded only for what is uncertain about how many samples came early.
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
        if (sample.judged) telling_threads_.insert(sample.thread);
    }
    for (const AllocationSample& sample : profile.samples) {
        const auto counts = weighted(sample);
        if (!counts) continue;
        all_.push_back(*counts);
        if (counts->cell >= cells_.size()) continue;
        CellSum& cell = cells_[counts->cell];
        if (is_silent(*counts)) cell.add_silent(whole(*counts, counts->could));
        if (counts->part == 0) continue;
        cell.add(*counts, whole(*counts, counts->value));
        if (counts->doubt >= boundless_doubt) slow_threads_[counts->thread] = true;
    }
}

std::optional<WeightedSample> AllocationEstimates::weighted(const AllocationSample& sample) const {
    if (is_in_use(measure_) && !profile_.run.knows_live) return std::nullopt;
    const double part = is_in_use(measure_) ? sample.live_part : 1;
    const double could = is_space(measure_) ? static_cast<double>(sample.bytes) : 1;
    return WeightedSample{sample.window,
                          part * could,
                          sample.weight,
                          sample.doubt,
                          is_in_use(measure_) ? sample.cell : no_cell,
                          sample.thread,
                          part,
                          static_cast<double>(sample.bytes),
                          could,
                          sample.judged};
}

double AllocationEstimates::whole(const WeightedSample& sample, double value) const {
    return sample.window < factors_.size() ? value * sample.weight * factors_[sample.window] : 0;
}

bool AllocationEstimates::is_silent(const WeightedSample& sample) const {
    return !sample.judged && sample.part == 0 && !telling_threads_.contains(sample.thread);
}

// New blocks in use, whosesoever.
double AllocationEstimates::most_new() const {
    if (!profile_.run.live_counted) return std::numeric_limits<double>::infinity();
    double most = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i)
        most += in_measure(profile_.live_cells[i].most, cells_[i]);
    return most;
}

// Of samples none of which stays: those that could show it bound what the others may hold.
double AllocationEstimates::most_without_sample(std::span<const WeightedSample> samples) const {
    std::vector<WeightedSample> allocated;
    allocated.reserve(samples.size());
    double sum = 0, squares = 0;
    for (const WeightedSample& sample : samples) {
        allocated.push_back(sample);
        allocated.back().value = sample.could;
        const double could = sample.judged ? whole(sample, sample.could) : 0;
        sum += could;
        squares += could * could;
    }
    const Estimate all = estimate_sum(allocated, profile_.run.windows, profile_.run.seconds);
    const double part = sum > 0 ? std::min(1.0, none_seen * squares / (sum * sum)) : 1;
    return std::min(all.unbounded ? most_new() : all.high * part, most_new());
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

// Threads of which no sample could show it may have as much of the cell as they have allocated.
void AllocationEstimates::admit_silent(const CellSum& part, const CellSum& cell, Shares& possible) {
    const double own = part.most_silent(), all = std::max(own, cell.most_silent());
    if (all > own) possible.low = std::min(possible.low, part.sum / (cell.sum + all - own));
    if (own > 0) possible.high = std::max(possible.high, std::min(1.0, (part.sum + own) / (cell.sum + own)));
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
    admit_silent(part, cell, possible);
    if (!slow_threads_.empty() && cell.threads.size() > 1) {
        possible.low = std::min(possible.low, possible_share(part, cell, false));
        possible.high = std::max(possible.high, possible_share(part, cell, true));
    }
    const double most = std::max(counted, in_measure(counted_cell.most, cell));
    result.all_below = counted * std::max(0.0, share - possible.low);
    result.all_above = most * std::max(share, possible.high) - counted * share;
    // Where none more is in use than before, only how many are new bounds what stays.
    if (counted <= 0)
        result.all_above = most * std::min(1.0, std::max(share, possible.high) + std::min(1 - share, reach));
    return result;
}

// Of samples whose cells' sums are not counted.
Estimate AllocationEstimates::not_counted(std::span<const WeightedSample> samples) const {
    std::vector<WeightedSample> scaled;
    std::set<std::uint32_t> cells;
    for (const WeightedSample& sample : samples) {
        const LiveCell cell = sample.cell < cells_.size() ? profile_.live_cells[sample.cell] : LiveCell{};
        scaled.push_back(sample);
        scaled.back().value *= cell.scale;
        scaled.back().doubt = with_doubt(sample.doubt, cell.doubt);
        if (sample.cell < cells_.size()) cells.insert(sample.cell);
    }
    Estimate sum = estimate_sum(scaled, profile_.run.windows, profile_.run.seconds);
    if (!profile_.run.live_counted) return sum;
    double most = 0;
    bool known = !cells.empty();
    for (const std::uint32_t cell : cells) {
        known = known && profile_.live_cells[cell].most > 0;
        most += in_measure(profile_.live_cells[cell].most, cells_[cell]);
    }
    // Where the error of calls is not known, what was counted still bounds what stays of them.
    if (sum.unbounded) {
        sum.unbounded = false;
        sum.low = 0;
        sum.high += most;
    }
    // Fewer are in use than were sampled, since old ones were freed: all of them may be among those that are.
    const Estimate as_sampled = estimate_sum(samples, profile_.run.windows, profile_.run.seconds);
    sum.high = std::max(sum.high, std::min(as_sampled.high, most));
    // And no more stay than are new.
    if (known) sum.high = std::min(sum.high, std::max(sum.value, most * (1 + profile_.run.live_doubt)));
    return sum;
}

Estimate AllocationEstimates::of(std::span<const WeightedSample> samples) const {
    if (!is_in_use(measure_)) return estimate_sum(samples, profile_.run.windows, profile_.run.seconds);
    std::vector<WeightedSample> others;
    std::map<std::uint32_t, CellSum> counted;
    CellSum silent;  // where sums are not counted
    for (const WeightedSample& sample : samples) {
        const bool in_counted = sample.cell < cells_.size() && profile_.live_cells[sample.cell].counted;
        if (is_silent(sample))
            (in_counted ? counted[sample.cell] : silent).add_silent(whole(sample, sample.could));
        if (sample.part == 0) continue;
        if (in_counted) {
            counted[sample.cell].add(sample, whole(sample, sample.value));
        } else {
            others.push_back(sample);
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
    Estimate rest = not_counted(others);
    rest.high += std::min(silent.most_silent(), most_new());
    below = std::hypot(std::sqrt(below), rest.value - rest.low) + all_below;
    above = std::hypot(std::sqrt(above), rest.high - rest.value) + all_above;
    const double bound = most * (1 + profile_.run.live_doubt) + rest.high;
    double high = std::max(0.0, std::min(value + rest.value + above, bound));
    value = std::max(0.0, value + rest.value);
    if (value <= 0) high = std::max(high, most_without_sample(samples));
    if (!std::isfinite(high)) return {value, 0, value, true};
    return {value, std::max(0.0, value - below), high, rest.unbounded};
}

Estimate AllocationEstimates::all() const {
    Estimate sum = of(all_);
    if (!is_in_use(measure_)) return sum;
    sum.high += is_space(measure_) ? profile_.run.live_unseen : profile_.run.live_unseen_blocks;
    return sum;
}

Estimate estimate_of(const AllocationProfile& profile, AllocationMeasure measure) {
    return AllocationEstimates(profile, measure).all();
}

}  // namespace nmtx
