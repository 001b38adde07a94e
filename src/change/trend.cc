#include "change/trend.h"

#include <algorithm>
#include <utility>

#include "base/first_and_last.h"
#include "change/run_trend.h"

namespace nmtx {

RunTrend::RunTrend() = default;
RunTrend::RunTrend(const RunTrend&) = default;
RunTrend::RunTrend(RunTrend&&) noexcept = default;
RunTrend& RunTrend::operator=(const RunTrend&) = default;
RunTrend& RunTrend::operator=(RunTrend&&) noexcept = default;
RunTrend::~RunTrend() = default;

bool RunTrend::leaks() const {
    const auto leaks = [](const OwnerTrend& owner) { return owner.verdict == Verdict::leak; };
    return std::any_of(owners.begin(), owners.end(), leaks) || std::any_of(sums.begin(), sums.end(), leaks);
}

bool Trend::leaks() const {
    return leaks_left_out > 0 ||
           std::any_of(runs.begin(), runs.end(), [](const RunTrend& run) { return run.leaks(); });
}

namespace {

constexpr std::size_t most_runs = 64;    // from the begin, and as many from the end
constexpr std::size_t most_rows = 8192;  // of all runs that are kept
constexpr std::size_t fewest_rows = 64;  // of a run, whatever the others have

std::vector<RecordedGap> gaps_since(const RecordedSeries& series, const Sample& first) {
    std::vector<RecordedGap> gaps;
    for (RecordedGap gap : series.gaps) {
        if (gap.to_ms < first.time.line_ms) continue;
        gap.from_ms += first.time.wall_ms - first.time.line_ms;
        gap.to_ms += first.time.wall_ms - first.time.line_ms;
        gaps.push_back(std::move(gap));
    }
    return gaps;
}

// The rows that matter least are last.
void bound_rows(RunTrend& run, std::size_t& left) {
    for (std::vector<OwnerTrend>* rows : {&run.owners, &run.others}) {
        const std::size_t kept = std::min(rows->size(), std::max(left, fewest_rows));
        run.rows_left_out += rows->size() - kept;
        rows->resize(kept);
        rows->shrink_to_fit();
        left -= std::min(left, kept);
    }
}

}  // namespace

Trend trend_of(const std::vector<RecordedSeries>& record, const TrendOptions& options) {
    Trend trend;
    FirstAndLast<RunTrend> runs(most_runs);
    std::size_t rows_left = most_rows;
    std::int64_t last = 0;
    for (const RecordedSeries& series : record) {
        if (!series.samples.empty()) last = std::max(last, series.samples.back().time.line_ms);
    }
    for (const RecordedSeries& series : record) {
        if (options.run && !series.run.has_id(*options.run)) continue;
        Samples samples;
        for (const Sample& sample : series.samples) {
            const double age = static_cast<double>(last - sample.time.line_ms) / 1000;
            if (!options.window_s || age <= *options.window_s) samples.push_back(&sample);
        }
        if (samples.empty()) {
            ++trend.earlier_runs;
            continue;
        }
        std::vector<RecordedGap> gaps = gaps_since(series, *samples.front());
        RunTrend run = run_trend_of(series.run, std::move(samples), options);
        run.gaps = std::move(gaps);
        bound_rows(run, rows_left);  // leaks are the first rows
        if (const auto dropped = runs.add(std::move(run))) {
            ++trend.runs_left_out;
            if (dropped->leaks()) ++trend.leaks_left_out;
            rows_left += dropped->owners.size() + dropped->others.size();
        }
    }
    trend.runs = runs.take();
    return trend;
}

}  // namespace nmtx
