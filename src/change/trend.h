// What grows, how fast, and in which way: one record's samples reduced to a row for each owner. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "change/series.h"
#include "change/series_key.h"
#include "change/shape.h"

namespace nmtx {

struct TrendOptions {
    std::optional<double> window_s;   // from the last sample of the file backwards; all of it otherwise
    std::optional<std::int64_t> run;  // only this one
    // How much of the beginning of a JVM's life to leave out; by default a third of its uptime at the last
    // sample.
    std::optional<double> warm_up_s;
};

enum class Unit : std::uint8_t { bytes, count };

// One series. Values are bytes, or counts, by `unit`.
struct OwnerTrend {
    SeriesKey key;
    Unit unit = Unit::bytes;
    Verdict verdict = Verdict::undecided;
    Shape shape;
    double first = 0, last = 0;       // values, in the window
    std::optional<double> of_growth;  // share of RSS's growth, where RSS grows
    double follows_heap = 0;          // rank correlation with the used Java heap, where both vary
    std::vector<double> spark;        // at most spark_width values over equal spans of time
    std::vector<Point> curve;         // the same values with times, at most curve_width
    [[nodiscard]] std::string name() const { return text_of(key); }
    // An owner's path; empty for the other series.
    [[nodiscard]] std::string_view path() const {
        return key.series == Series::owner ? std::string_view(key.name) : std::string_view();
    }
};
inline constexpr std::size_t spark_width = 12;
inline constexpr std::size_t curve_width = 160;

struct LimitForecast {
    bool cgroup = false;  // otherwise the host's memory
    Bytes limit;
    Bytes used;                     // the cgroup's, or RSS
    std::optional<double> seconds;  // until it is reached if only RSS grows; nothing where RSS does not grow
};

struct RunTrend {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    RunTrend();
    RunTrend(const RunTrend&);
    RunTrend(RunTrend&&) noexcept;
    RunTrend& operator=(const RunTrend&);
    RunTrend& operator=(RunTrend&&) noexcept;
    ~RunTrend();

    RecordedRun run;
    std::size_t samples = 0;   // looked at
    std::size_t full = 0;      // of them
    std::size_t left_out = 0;  // as warm-up
    std::int64_t from_wall_ms = 0, to_wall_ms = 0;
    double span_s = 0;
    double longest_gap_s = 0;
    std::vector<RecordedGap> gaps;  // in the window, their times by the wall clock
    Depth depth = Depth::light;     // of the samples used for `owners`
    std::size_t owner_samples = 0;  // how many samples of that depth
    OwnerTrend rss;
    std::vector<OwnerTrend> owners;  // leaves of the ledger: leaks first, then by rate
    std::vector<OwnerTrend> sums;    // malloc_live_untracked or malloc_live, malloc_free_kept
    std::vector<OwnerTrend> others;  // NMT's figures, the Java heap's use, threads: of every sample
    std::size_t rows_left_out = 0;   // of `owners` and `others`, where the record has very many
    std::optional<LimitForecast> limit;
    SampleCost mean_cost;
    [[nodiscard]] bool leaks() const;
};

struct Trend {
    std::vector<RunTrend> runs;    // with samples in the window, in order of start
    std::size_t earlier_runs = 0;  // runs without samples in the window
    // If there are very many runs, the first and the last ones are kept; those in between were analysed, and
    // are counted.
    std::size_t runs_left_out = 0;
    std::size_t leaks_left_out = 0;  // of them
    [[nodiscard]] bool leaks() const;
};

Trend trend_of(const std::vector<RecordedSeries>& record, const TrendOptions& options);

}  // namespace nmtx
