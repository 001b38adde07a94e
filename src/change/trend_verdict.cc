#include "change/trend_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/amounts.h"
#include "change/material.h"

namespace nmtx {
namespace {

constexpr std::size_t most_named = 3;
constexpr double mebibyte = 1 << 20;

Bytes bytes_of(double value) {
    return Bytes(static_cast<std::uint64_t>(std::max(value, 0.0)));
}

// What has a bound of its own, or was freed.
bool is_bounded(const OwnerTrend& owner) {
    const std::string_view path = owner.path();
    return is_below(path, owner_path::java_heap) || is_below(path, owner_path::code_cache) ||
           is_below(path, owner_path::freed) || owner.key.series == Series::malloc_free_kept;
}

class Drawing {
  public:
    explicit Drawing(const RunTrend& run) : run_(run) {
        std::vector<double> rss;
        rss.reserve(run.rss.curve.size());
        for (const Point& point : run.rss.curve) rss.push_back(point.value);
        counts_from_ = growth_that_counts(median(std::move(rss)));
    }

    RunConclusion draw() {
        if (run_.leaks()) {
            out_.verdict = RunVerdict::leak;
            return std::move(out_);
        }
        if (run_.samples == 0) {
            because("every sample is from the warm-up", std::nullopt);
        } else {
            samples();
            growth();
            // What rises steadily is decided as soon as it has grown by enough.
            if (!out_.grows) span();
        }
        out_.verdict = out_.why.empty() ? RunVerdict::no_leak : RunVerdict::undecided;
        return std::move(out_);
    }

  private:
    // Where the first third of the life is left out, only two thirds of what is added are looked at.
    [[nodiscard]] double record_for(double seconds) const {
        return std::ceil(run_.left_out == 0 ? seconds : seconds * 1.5);
    }

    void because(std::string why, std::optional<double> missing_s) {
        out_.why.push_back(std::move(why));
        if (missing_s) out_.missing_s = std::max(out_.missing_s.value_or(1), record_for(*missing_s));
    }

    void samples() {
        const std::size_t taken = run_.owner_samples;
        if (taken >= fewest_samples) return;
        std::optional<double> missing;
        if (taken > 1)
            missing =
                run_.span_s / static_cast<double>(taken - 1) * static_cast<double>(fewest_samples - taken);
        because(fmt::format("{} {} too few, at least {} are needed", taken,
                            taken == 1 ? "sample is" : "samples are", fewest_samples),
                missing);
    }

    void span() {
        if (run_.span_s >= shortest_span_s) return;
        because(fmt::format("{} of record {}is too short to rule out a leak, at least {} are needed",
                            human_seconds(run_.span_s), run_.left_out == 0 ? "" : "after the warm-up ",
                            human_seconds(shortest_span_s)),
                shortest_span_s - run_.span_s);
    }

    // An undecided row that has samples enough is one that rises.
    [[nodiscard]] static bool rises(const OwnerTrend& owner) {
        return owner.verdict == Verdict::undecided && owner.shape.points >= fewest_samples &&
               owner.shape.slope && owner.shape.slope->low > 0 && !is_bounded(owner);
    }

    // The fastest first. RSS speaks where no owner shows it by itself.
    void growth() {
        std::vector<const OwnerTrend*> rising;
        const auto add = [&](const OwnerTrend& owner) {
            if (rises(owner)) rising.push_back(&owner);
        };
        for (const OwnerTrend& owner : run_.owners) add(owner);
        for (const OwnerTrend& owner : run_.sums) add(owner);
        if (rising.empty()) add(run_.rss);
        std::stable_sort(rising.begin(), rising.end(), [](const OwnerTrend* a, const OwnerTrend* b) {
            return a->shape.slope->per_second > b->shape.slope->per_second;
        });
        out_.grows = !rising.empty();
        for (std::size_t i = 0; i < std::min(rising.size(), most_named); ++i) {
            const Shape& shape = rising[i]->shape;
            const double missing = std::max(counts_from_ / shape.slope->per_second - shape.span_s, 0.0);
            because(fmt::format("{} grows by {:.1f} MiB an hour, so far by {}; growth counts from {} on",
                                rising[i]->key.series == Series::rss ? "RSS" : rising[i]->name(),
                                shape.slope->per_second * 3600 / mebibyte, human(bytes_of(shape.growth)),
                                human(bytes_of(counts_from_))),
                    i == 0 ? std::optional(missing) : std::nullopt);
        }
    }

    const RunTrend& run_;
    double counts_from_ = 0;
    RunConclusion out_;
};

}  // namespace

std::string_view name_of(RunVerdict verdict) {
    constexpr std::array<std::string_view, 3> names{"leak", "undecided", "no leak"};
    return names.at(static_cast<std::size_t>(verdict));
}

RunConclusion conclusion_of(const RunTrend& run) {
    return Drawing(run).draw();
}

bool grows_undecided(const Trend& trend) {
    return !trend.leaks() && std::any_of(trend.runs.begin(), trend.runs.end(),
                                         [](const RunTrend& run) { return conclusion_of(run).grows; });
}

}  // namespace nmtx
