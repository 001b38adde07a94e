#include "change/split_runs.h"

#include "catch.h"
#include "change/made_series.h"
#include "change/trend.h"

using namespace nmtx;

namespace {

RecordedSeries part(std::int64_t id, std::uint64_t pid, double from, double to, double every) {
    RecordedSeries series;
    series.run.id = id;
    series.run.pid = pid;
    series.run.start_ticks = 4711;
    series.run.boot_id = "boot-1";
    for (double second = from; second < to; second += every)
        series.samples.push_back(sample_at(second, {{"malloc/untracked/libx.so", 50 + second / 10}}));
    return series;
}

}  // namespace

TEST_CASE("split runs: thirty restarts in ninety seconds give the verdict and the slope of one recorder") {
    TrendOptions options;
    options.warm_up_s = 0;
    const Trend whole = trend_of({part(1, 42, 0, 90, 1)}, options);
    std::vector<RecordedSeries> parts;
    for (std::int64_t i = 0; i < 30; ++i)
        parts.push_back(part(i + 1, 42, static_cast<double>(i) * 3, static_cast<double>(i) * 3 + 3, 1));
    REQUIRE_FALSE(trend_of(parts, options).leaks());  // what a file of before said
    const Trend joined = trend_of(join_split_runs(std::move(parts)), options);
    REQUIRE(joined.runs.size() == 1);
    CHECK(joined.runs[0].samples == 90);
    const OwnerTrend& one = whole.runs.at(0).owners.at(0);
    const OwnerTrend& other = joined.runs[0].owners.at(0);
    CHECK(other.verdict == one.verdict);
    CHECK(other.verdict == Verdict::leak);
    CHECK(other.shape.slope->per_second == Approx(one.shape.slope->per_second).epsilon(0.02));
}

TEST_CASE(
    "split runs: only runs of one process are joined; the end and what is known are those of the last") {
    std::vector<RecordedSeries> record{part(1, 42, 0, 10, 1), part(2, 43, 0, 10, 1), part(3, 42, 20, 30, 1),
                                       part(4, 42, 10, 20, 1)};
    record[0].run.java = "17";
    record[2].run.end = "interrupted";
    record[3].run.gc = "G1";
    record.push_back(part(5, 42, 40, 50, 1));
    record[4].run.boot_id = "boot-2";
    for (const std::int64_t id : {6, 7}) {
        record.push_back(part(id, 44, 0, 10, 1));
        record.back().run.boot_id.clear();  // whose boot nobody knows
    }
    const auto joined = join_split_runs(std::move(record));
    REQUIRE(joined.size() == 5);
    CHECK(joined[0].run.id == 1);
    CHECK(joined[0].run.parts == std::vector<std::int64_t>{3, 4});
    CHECK(joined[0].run.end.empty());  // the last part is being recorded
    CHECK(joined[0].run.java == "17");
    CHECK(joined[0].run.gc == "G1");
    REQUIRE(joined[0].samples.size() == 30);
    for (std::size_t i = 1; i < 30; ++i)
        CHECK(joined[0].samples[i].time.line_ms > joined[0].samples[i - 1].time.line_ms);
    CHECK(joined[1].run.pid == 43);
    TrendOptions third;
    third.run = 3;
    CHECK(trend_of(joined, third).runs.at(0).run.id == 1);
}
