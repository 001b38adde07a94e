// The stacks of two runs as one tree, each call with its change and that change's interval.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <unordered_map>

#include "allocations/allocation_change.h"

namespace nmtx {
namespace {

struct CallOfBoth {
    std::uint32_t parent = 0, function = 0;
    std::array<double, 2> self{}, total{};  // bytes a second
};

// A sample at its place in the tree.
struct PlacedSample {
    std::uint32_t place = 0;
    WeightedSample sample;
};

class CallMerger {
  public:
    CallMerger() : nodes_(1) {}

    void add(const AllocationProfile& profile, ComparedBytes what, std::size_t run) {
        const std::vector<std::uint32_t> known = nodes_of(profile);
        const WholeTime whole(profile);
        const AllocationEstimates estimates(profile, measure_of(what));
        const double seconds = std::max(profile.run.seconds, 1e-3);
        for (const AllocationSample& sample : profile.samples) {
            const auto counts = estimates.weighted(sample);
            if (!counts) continue;
            const std::uint32_t node = known[sample.node];
            const double blocks = what == ComparedBytes::in_use ? whole.blocks(sample) : whole.calls(sample);
            nodes_[node].self[run] += static_cast<double>(sample.bytes) * blocks / seconds;
            samples_[run].push_back({node, *counts});
        }
    }

    // Children come after their parents.
    void sum_up() {
        for (CallOfBoth& node : nodes_) node.total = node.self;
        for (std::size_t i = nodes_.size(); i-- > 1;) {
            for (std::size_t run = 0; run < 2; ++run)
                nodes_[nodes_[i].parent].total[run] += nodes_[i].total[run];
        }
    }

    // Light ones count for their parents.
    std::size_t cut(std::size_t most) {
        const double least = least_kept(most);
        std::vector<std::uint32_t> place(nodes_.size(), 0);
        std::vector<CallOfBoth> kept;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            CallOfBoth node = nodes_[i];
            node.parent = place[node.parent];
            if (i > 0 && node.total[0] + node.total[1] <= least) {
                place[i] = node.parent;
                for (std::size_t run = 0; run < 2; ++run) kept[node.parent].self[run] += node.self[run];
                continue;
            }
            place[i] = static_cast<std::uint32_t>(kept.size());
            kept.push_back(node);
        }
        const std::size_t left_out = nodes_.size() - kept.size();
        nodes_ = std::move(kept);
        for (auto& samples : samples_) {
            for (PlacedSample& sample : samples) sample.place = place[sample.place];
        }
        return left_out;
    }

    [[nodiscard]] const std::vector<CallOfBoth>& nodes() const { return nodes_; }
    std::vector<ProfiledFunction> take_functions() { return std::move(functions_); }
    std::vector<PlacedSample>& samples(std::size_t run) { return samples_[run]; }

  private:
    std::vector<std::uint32_t> nodes_of(const AllocationProfile& profile) {
        const Profile& calls = profile.calls;
        std::vector<std::uint32_t> known(std::max<std::size_t>(1, calls.nodes.size()), 0);
        for (std::uint32_t i = 1; i < calls.nodes.size(); ++i) {
            const std::uint32_t parent = known[calls.nodes[i].parent];
            const std::uint32_t function = number_of(calls.function_of(i));
            const auto [at, added] =
                children_.try_emplace({parent, function}, static_cast<std::uint32_t>(nodes_.size()));
            if (added) nodes_.push_back({parent, function, {}, {}});
            known[i] = at->second;
        }
        return known;
    }

    std::uint32_t number_of(const ProfiledFunction& function) {
        const auto [at, added] = numbers_.try_emplace({function.name, function.file, function.kind},
                                                      static_cast<std::uint32_t>(functions_.size()));
        if (added) functions_.push_back(function);
        return at->second;
    }

    [[nodiscard]] double least_kept(std::size_t most) const {
        if (nodes_.size() <= most) return -1;
        std::vector<double> totals;
        totals.reserve(nodes_.size());
        for (const CallOfBoth& node : nodes_) totals.push_back(node.total[0] + node.total[1]);
        std::nth_element(totals.begin(), totals.begin() + static_cast<std::ptrdiff_t>(most), totals.end(),
                         std::greater<>());
        return totals[most];
    }

    std::vector<CallOfBoth> nodes_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> children_;  // parent and function
    std::map<std::tuple<std::string, std::string, CodeKind>, std::uint32_t> numbers_;
    std::vector<ProfiledFunction> functions_;
    std::array<std::vector<PlacedSample>, 2> samples_;
};

// A node and all below it are next to each other: from when it is entered, so many.
struct Walked {
    std::vector<std::uint32_t> first, count;
};

Walked walk_of(const std::vector<CallOfBoth>& nodes) {
    Walked walk{std::vector<std::uint32_t>(nodes.size(), 0), std::vector<std::uint32_t>(nodes.size(), 1)};
    for (std::size_t i = nodes.size(); i-- > 1;) walk.count[nodes[i].parent] += walk.count[i];
    std::vector<std::uint32_t> next(nodes.size(), 1);  // behind the children that have their place
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        const std::uint32_t parent = nodes[i].parent;
        walk.first[i] = walk.first[parent] + next[parent];
        next[parent] += walk.count[i];
    }
    return walk;
}

// What a run's samples below each node come to.
class SumsBelow {
  public:
    SumsBelow(const AllocationProfile& profile, ComparedBytes what, std::vector<PlacedSample>& samples,
              const Walked& walk)
        : run_(profile.run), what_(what), walk_(walk), estimates_(profile, measure_of(what)) {
        for (PlacedSample& sample : samples) sample.place = walk.first[sample.place];
        std::stable_sort(samples.begin(), samples.end(),
                         [](const PlacedSample& a, const PlacedSample& b) { return a.place < b.place; });
        for (const PlacedSample& sample : samples) {
            places_.push_back(sample.place);
            samples_.push_back(sample.sample);
            telling_ += sample.sample.part != 0 ? 1U : 0U;
        }
        bytes_ = estimates_.of(samples_).value;
    }

    [[nodiscard]] std::span<const WeightedSample> below(std::size_t node) const {
        const std::uint32_t from = walk_.first[node], to = from + walk_.count[node];
        const auto begin = std::lower_bound(places_.begin(), places_.end(), from);
        const auto end = std::lower_bound(begin, places_.end(), to);
        return std::span(samples_).subspan(static_cast<std::size_t>(begin - places_.begin()),
                                           static_cast<std::size_t>(end - begin));
    }
    // `others`: those of the other run, at the same node.
    [[nodiscard]] Estimate rate(std::span<const WeightedSample> samples,
                                std::span<const WeightedSample> others) const {
        const double seconds = std::max(run_.seconds, 1e-3);
        const Estimate sum = samples.empty() ? Estimate{} : estimates_.of(samples);
        if (sum.value <= 0) {
            const double unseen = most_unseen(run_, telling_, bytes_, mean(others)) +
                                  (what_ == ComparedBytes::in_use ? run_.live_unseen : 0);
            return {0, 0, std::max(sum.high, unseen) / seconds};
        }
        return {sum.value / seconds, sum.low / seconds, sum.high / seconds, sum.unbounded};
    }

  private:
    static double mean(std::span<const WeightedSample> samples) {
        double bytes = 0, blocks = 0;
        for (const WeightedSample& sample : samples) {
            if (sample.part == 0) continue;
            bytes += sample.value * sample.weight;
            blocks += sample.weight;
        }
        return blocks > 0 ? bytes / blocks : 0;
    }

    const AllocationRun& run_;
    ComparedBytes what_;
    const Walked& walk_;
    AllocationEstimates estimates_;
    std::vector<std::uint32_t> places_;
    std::vector<WeightedSample> samples_;
    std::size_t telling_ = 0;  // samples with a part in the sum
    double bytes_ = 0;
};

}  // namespace

ChangedCalls changed_calls(const AllocationProfile& before, const AllocationProfile& after,
                           ComparedBytes what, std::size_t most) {
    CallMerger merger;
    merger.add(before, what, 0);
    merger.add(after, what, 1);
    merger.sum_up();
    ChangedCalls calls;
    calls.left_out = merger.cut(most);
    const Walked walk = walk_of(merger.nodes());
    const SumsBelow first(before, what, merger.samples(0), walk),
        second(after, what, merger.samples(1), walk);
    const bool estimated = have_intervals(before, after, what);
    calls.nodes.reserve(merger.nodes().size());
    for (std::size_t i = 0; i < merger.nodes().size(); ++i) {
        const CallOfBoth& node = merger.nodes()[i];
        const auto of_first = first.below(i), of_second = second.below(i);
        calls.nodes.push_back(
            {node.parent, node.function, node.self[0], node.self[1],
             change_between(first.rate(of_first, of_second), second.rate(of_second, of_first), estimated)});
    }
    calls.functions = merger.take_functions();
    return calls;
}

}  // namespace nmtx
