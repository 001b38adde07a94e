#include "change/trend.h"

#include <algorithm>

#include "catch.h"
#include "change/made_series.h"

using namespace nmtx;

namespace {

using Held = std::vector<std::pair<std::string, double>>;

RecordedSeries series_by(std::size_t count, const std::function<Held(double)>& owners) {
    RecordedSeries series;
    series.run.id = 1;
    for (std::size_t i = 0; i < count; ++i) {
        const double second = static_cast<double>(i) * 10;
        series.samples.push_back(sample_at(second, owners(second)));
    }
    return series;
}

TrendOptions no_warm_up() {
    TrendOptions options;
    options.warm_up_s = 0;
    return options;
}

RunTrend trend_by(std::size_t count, const std::function<Held(double)>& owners) {
    return trend_of({series_by(count, owners)}, no_warm_up()).runs.at(0);
}

Verdict verdict_of(const RunTrend& run, const std::string& path) {
    for (const auto* owners : {&run.owners, &run.sums, &run.others}) {
        for (const OwnerTrend& owner : *owners) {
            if (owner.name() == path) return owner.verdict;
        }
    }
    throw std::runtime_error("no owner " + path);
}

}  // namespace

TEST_CASE("trend: a leak of 1 MiB a minute comes first, beside a Java heap that saws by 50 MiB") {
    const auto run = trend_by(360, [](double t) {
        return Held{{"malloc/untracked/libx.so", 10 + t / 60},
                    {"jvm/java heap", 100 + std::fmod(t, 60) / 60 * 50},
                    {"file/jvm library", 16}};
    });
    REQUIRE(run.owners.size() == 3);
    CHECK(run.owners[0].path() == "malloc/untracked/libx.so");
    CHECK(run.owners[0].verdict == Verdict::leak);
    CHECK(run.owners[0].shape.slope->per_second * 60 == Approx(one_mib).epsilon(0.01));
    CHECK(verdict_of(run, "jvm/java heap") == Verdict::periodic);
    CHECK(verdict_of(run, "file/jvm library") == Verdict::flat);
    CHECK(run.leaks());
}

TEST_CASE("trend: memory that is freed and kept is retention, no leak") {
    const auto run = trend_by(360, [](double t) {
        return Held{{"malloc/free/bins", 10 + t / 60}, {"malloc/untracked/libx.so", 30}};
    });
    CHECK(run.owners[0].path() == "malloc/free/bins");
    CHECK(run.owners[0].verdict == Verdict::retention);
    CHECK_FALSE(run.leaks());
}

TEST_CASE("trend: a Java heap that grows is bounded by -Xmx, no leak") {
    const auto run = trend_by(360, [](double t) { return Held{{"jvm/java heap", 100 + t / 60}}; });
    CHECK(run.owners[0].verdict == Verdict::growing);
    CHECK_FALSE(run.leaks());
}

TEST_CASE("trend: a code cache that grows is bounded, and no leak") {
    const auto run =
        trend_by(360, [](double t) { return Held{{"jvm/code cache/profiled nmethods", 100 + t / 60}}; });
    CHECK(run.owners[0].verdict == Verdict::growing);
    CHECK_FALSE(run.leaks());
}

TEST_CASE(
    "trend: steady growth below 2 MiB, or below a hundredth of RSS, is undecided, or none if too slow") {
    const auto small =
        trend_by(360, [](double t) { return Held{{"malloc/untracked/libx.so", 10 + t / 2000}}; });
    CHECK(small.owners[0].verdict == Verdict::undecided);
    const auto in_much = trend_by(360, [](double t) {
        return Held{{"malloc/untracked/libx.so", 10 + t / 600}, {"file/mapped data", 900}};
    });
    CHECK(in_much.owners[0].path() == "malloc/untracked/libx.so");
    CHECK(in_much.owners[0].verdict == Verdict::undecided);
    const auto slow =
        trend_by(360, [](double t) { return Held{{"malloc/untracked/libx.so", 10 + t / 60000}}; });
    CHECK(slow.owners[0].verdict == Verdict::flat);
    const auto alone =
        trend_by(360, [](double t) { return Held{{"malloc/untracked/libx.so", 10 + t / 600}}; });
    CHECK(alone.owners[0].verdict == Verdict::leak);
}

TEST_CASE("trend: a twentieth of all growth is too little to be called a leak") {
    const auto run = trend_by(360, [](double t) {
        return Held{{"malloc/untracked/libx.so", 10 + t / 6}, {"malloc/nmt-tracked/class", 10 + t / 6 / 25}};
    });
    CHECK(verdict_of(run, "malloc/untracked/libx.so") == Verdict::leak);
    CHECK(verdict_of(run, "malloc/nmt-tracked/class") == Verdict::growing);
    CHECK(run.owners[0].of_growth.value() == Approx(25.0 / 26).epsilon(0.01));
}

TEST_CASE("trend: an owner that is not in a sample held nothing then") {
    const auto run = trend_by(40, [](double t) {
        return t < 200 ? Held{{"file/jvm library", 16}} : Held{{"file/jvm library", 16}, {"stack/native", 8}};
    });
    const auto found = std::find_if(run.owners.begin(), run.owners.end(),
                                    [](const OwnerTrend& owner) { return owner.path() == "stack/native"; });
    REQUIRE(found != run.owners.end());
    CHECK(found->first == 0);
    CHECK(found->last == 8 * one_mib);
    CHECK(found->shape.points == 40);
}

TEST_CASE("trend: by default the first third of the JVM's life is left out") {
    auto series = series_by(90, [](double) { return Held{{"file/jvm library", 16}}; });
    for (Sample& sample : series.samples) sample.uptime_s -= 36000;
    const auto run = trend_of({series}, {}).runs.at(0);
    CHECK(run.left_out == 30);
    CHECK(run.samples == 60);
    TrendOptions long_warm_up;
    long_warm_up.warm_up_s = 5000;
    const auto none = trend_of({series}, long_warm_up).runs.at(0);
    CHECK(none.samples == 0);
    CHECK_FALSE(none.leaks());
}

TEST_CASE("trend: owners are those of the full samples, where there are enough of them") {
    auto series = series_by(100, [](double t) { return Held{{"malloc/arena", 10 + t / 60}}; });
    for (std::size_t i = 0; i < series.samples.size(); ++i) {
        if (i % 5 == 0) {
            series.samples[i].owners = {{"malloc/untracked/libx.so", series.samples[i].rss}};
        } else {
            series.samples[i].depth = Depth::light;
        }
    }
    const auto fine = trend_of({series}, no_warm_up()).runs.at(0);
    CHECK(fine.depth == Depth::full);
    CHECK(fine.full == 20);
    REQUIRE(fine.owners.size() == 1);
    CHECK(fine.owners[0].path() == "malloc/untracked/libx.so");
    for (std::size_t i = 50; i < 100; ++i) series.samples[i].depth = Depth::light;
    const auto coarse = trend_of({series}, no_warm_up()).runs.at(0);
    CHECK(coarse.depth == Depth::light);
    CHECK(coarse.owner_samples == 90);
}

TEST_CASE("trend: the sums of malloc are judged where no single owner is large") {
    auto series = series_by(360, [](double t) {
        Held owners{{"file/jvm library", 160}};
        for (int i = 0; i < 30; ++i)
            owners.emplace_back("malloc/untracked/lib" + std::to_string(i), 1 + t / 60 / 30);
        return owners;
    });
    for (Sample& sample : series.samples)
        sample.malloc = MallocSample{Bytes(), Bytes(sample.rss.value() - mib(160).value()), Bytes(), true};
    const auto run = trend_of({series}, no_warm_up()).runs.at(0);
    CHECK(verdict_of(run, "malloc live untracked") == Verdict::leak);
    CHECK(run.leaks());
    for (Sample& sample : series.samples) sample.malloc->told_apart = false;
    for (Sample& sample : series.samples) sample.malloc->live = sample.malloc->untracked;
    CHECK(verdict_of(trend_of({series}, no_warm_up()).runs.at(0), "malloc live") == Verdict::leak);
}

TEST_CASE("trend: a clock that is set does not matter, the file's time line does") {
    auto series = series_by(360, [](double t) { return Held{{"malloc/untracked/libx.so", 10 + t / 60}}; });
    for (std::size_t i = 100; i < series.samples.size(); ++i)
        series.samples[i].time.wall_ms -= std::int64_t{3'600'000} * 24 * 365;
    const auto run = trend_of({series}, no_warm_up()).runs.at(0);
    CHECK(run.owners[0].shape.slope->per_second * 60 == Approx(one_mib).epsilon(0.01));
}

TEST_CASE("trend: a restart begins anew: growth does not reach across runs") {
    auto first = series_by(60, [](double) { return Held{{"malloc/untracked/libx.so", 10}}; });
    auto second = series_by(60, [](double) { return Held{{"malloc/untracked/libx.so", 90}}; });
    second.run.id = 2;
    for (Sample& sample : second.samples) sample.time.line_ms += 600'000;
    const Trend trend = trend_of({first, second}, no_warm_up());
    REQUIRE(trend.runs.size() == 2);
    CHECK_FALSE(trend.leaks());
    TrendOptions window = no_warm_up();
    window.window_s = 300;
    const Trend last = trend_of({first, second}, window);
    REQUIRE(last.runs.size() == 1);
    CHECK(last.runs[0].run.id == 2);
    CHECK(last.runs[0].samples == 31);
    CHECK(last.earlier_runs == 1);
    TrendOptions one = no_warm_up();
    one.run = 1;
    CHECK(trend_of({first, second}, one).runs.at(0).run.id == 1);
}

TEST_CASE("trend: the limit is the container's where there is one, and the time to it goes by RSS's rate") {
    auto series = series_by(360, [](double t) { return Held{{"malloc/untracked/libx.so", 100 + t / 60}}; });
    series.run.physical_memory = mib(16384);
    const auto host = trend_of({series}, no_warm_up()).runs.at(0);
    REQUIRE(host.limit);
    CHECK_FALSE(host.limit->cgroup);
    for (Sample& sample : series.samples) {
        sample.cgroup_limit = mib(512);
        sample.cgroup_current = mib(272);
    }
    const auto container = trend_of({series}, no_warm_up()).runs.at(0);
    REQUIRE(container.limit);
    CHECK(container.limit->cgroup);
    CHECK(container.limit->seconds.value() == Approx(240 * 60).epsilon(0.01));
    const auto still = trend_by(60, [](double) { return Held{{"file/jvm library", 16}}; });
    CHECK_FALSE(still.limit);
}

TEST_CASE("trend: threads and NMT's categories have rows of their own") {
    auto series = series_by(60, [](double) { return Held{{"file/jvm library", 16}}; });
    for (std::size_t i = 0; i < series.samples.size(); ++i) {
        Sample& sample = series.samples[i];
        sample.threads = 20 + i;
        sample.nmt = NmtSample{mib(100 + i), mib(10), {{"Metaspace", mib(50 + i), Bytes(), std::nullopt}}};
        sample.heap_used = mib(30);
    }
    const auto run = trend_of({series}, no_warm_up()).runs.at(0);
    CHECK(verdict_of(run, "threads") == Verdict::leak);
    CHECK(verdict_of(run, "nmt committed/Metaspace") == Verdict::leak);
    CHECK(verdict_of(run, "java heap used") == Verdict::flat);
    // They are figures beside the owners: the verdict on the process is that of resident memory.
    CHECK_FALSE(run.leaks());
}

TEST_CASE("trend: an empty record has no runs") {
    CHECK(trend_of({}, {}).runs.empty());
    CHECK(trend_of({RecordedSeries{}}, {}).runs.empty());
}

TEST_CASE("trend: of very many runs the first and the last are kept, the others looked at and counted") {
    std::vector<RecordedSeries> record;
    for (std::int64_t id = 1; id <= 200; ++id) {
        const double rate = id == 100 ? 1 : 0;
        record.push_back(
            series_by(60, [&](double t) { return Held{{"malloc/untracked/libx.so", 10 + rate * t}}; }));
        record.back().run.id = id;
    }
    const Trend trend = trend_of(record, no_warm_up());
    CHECK(trend.runs.size() == 128);
    CHECK(trend.runs[63].run.id == 64);
    CHECK(trend.runs[64].run.id == 137);
    CHECK(trend.runs_left_out == 72);
    CHECK(trend.leaks_left_out == 1);
    CHECK(trend.leaks());
}

TEST_CASE("trend: rows of all runs are bounded, and the last run keeps those that matter") {
    std::vector<RecordedSeries> record;
    for (std::int64_t id = 1; id <= 10; ++id) {
        record.push_back(series_by(2, [](double) {
            Held held;
            for (int i = 0; i < 2000; ++i) held.emplace_back("file/mapped/" + std::to_string(i), 1);
            return held;
        }));
    }
    const Trend trend = trend_of(record, no_warm_up());
    std::size_t rows = 0;
    for (const RunTrend& run : trend.runs) rows += run.owners.size();
    CHECK(rows < 9000);
    CHECK(trend.runs.front().owners.size() == 2000);
    CHECK(trend.runs.front().rows_left_out == 0);
    CHECK(trend.runs.back().owners.size() == 64);
    CHECK(trend.runs.back().rows_left_out == 2000 - 64);
}
