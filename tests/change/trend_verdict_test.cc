#include "change/trend_verdict.h"

#include "catch.h"
#include "change/made_series.h"

using namespace nmtx;

namespace {

using Held = std::vector<std::pair<std::string, double>>;

RunTrend run_of(std::size_t count, double every_s, const std::function<Held(double)>& owners) {
    RecordedSeries series;
    series.run.id = 1;
    for (std::size_t i = 0; i < count; ++i) {
        const double second = static_cast<double>(i) * every_s;
        series.samples.push_back(sample_at(second, owners(second)));
    }
    TrendOptions no_warm_up;
    no_warm_up.warm_up_s = 0;
    return trend_of({series}, no_warm_up).runs.at(0);
}

// 256 KiB every 8 s: 112 MiB an hour.
double in_steps(double t) {
    return 10 + std::floor(t / 8) / 4;
}

}  // namespace

TEST_CASE("trend's verdict: steps of 256 KiB in a minute of record are undecided, and seconds would decide") {
    const RunTrend run = run_of(60, 1, [](double t) {
        return Held{{"malloc/nmt-tracked/other", in_steps(t)}, {"file/jvm library", 30}};
    });
    const RunConclusion conclusion = conclusion_of(run);
    CHECK(conclusion.verdict == RunVerdict::undecided);
    CHECK(conclusion.grows);
    REQUIRE(conclusion.why.size() == 1);
    CHECK(conclusion.why[0].find("malloc/nmt-tracked/other grows by 11") == 0);
    CHECK(conclusion.why[0].find("so far by 1.8 MiB; growth counts from 2.0 MiB on") != std::string::npos);
    REQUIRE(conclusion.missing_s);
    CHECK(*conclusion.missing_s >= 1);
    CHECK(*conclusion.missing_s < 15);
    CHECK(run.owners[0].verdict == Verdict::undecided);
    CHECK(grows_undecided({{run}, 0}));

    // So much longer, and it is decided.
    const RunTrend longer = run_of(
        60 + static_cast<std::size_t>(*conclusion.missing_s) + 16, 1,
        [](double t) { return Held{{"malloc/nmt-tracked/other", in_steps(t)}, {"file/jvm library", 30}}; });
    CHECK(conclusion_of(longer).verdict == RunVerdict::leak);
    CHECK_FALSE(grows_undecided({{longer}, 0}));
}

TEST_CASE(
    "trend's verdict: what rises for certain in a short record is undecided, however unevenly it does") {
    // A thread every nine seconds, and little else: no two sixths of the record are alike.
    const RunTrend run = run_of(45, 1, [](double t) {
        const double stack = t < 20 ? 4 + std::floor(t / 9) * 0.05 : 4.1 + std::floor((t - 20) / 3) * 0.11;
        return Held{{"jvm/thread stack", stack}, {"file/jvm library", 30}};
    });
    CHECK(run.rss.shape.slope->low > 0);
    CHECK(run.rss.verdict == Verdict::undecided);
    CHECK(run.owners[0].verdict == Verdict::undecided);
    CHECK(conclusion_of(run).verdict == RunVerdict::undecided);
    CHECK(conclusion_of(run).grows);
    CHECK(grows_undecided({{run}, 0}));
    // The same rates over an hour would be worth no word.
    const RunTrend level = run_of(360, 10, [](double t) {
        return Held{{"jvm/thread stack", t < 1800 ? 4 : 4.05}, {"file/jvm library", 30}};
    });
    CHECK(level.owners[0].verdict == Verdict::flat);
}

TEST_CASE("trend's verdict: a record in which nothing grows rules a leak out from ten minutes on") {
    const auto still = [](double) { return Held{{"file/jvm library", 30}}; };
    const RunConclusion conclusion = conclusion_of(run_of(60, 5, still));
    CHECK(conclusion.verdict == RunVerdict::undecided);
    CHECK_FALSE(conclusion.grows);
    REQUIRE(conclusion.why.size() == 1);
    CHECK(conclusion.why[0] == "4 min of record is too short to rule out a leak, at least 10 min are needed");
    CHECK(*conclusion.missing_s == 600 - 59 * 5);
    CHECK(conclusion_of(run_of(61, 10, still)).verdict == RunVerdict::no_leak);
    CHECK(conclusion_of(run_of(61, 10, still)).why.empty());
}

TEST_CASE("trend's verdict: too few samples say how much longer it takes to have them") {
    const RunConclusion conclusion =
        conclusion_of(run_of(5, 300, [](double) { return Held{{"file/jvm library", 30}}; }));
    CHECK(conclusion.verdict == RunVerdict::undecided);
    CHECK(conclusion.why[0] == "5 samples are too few, at least 12 are needed");
    CHECK(*conclusion.missing_s == 7 * 300);
}

TEST_CASE("trend's verdict: what has a bound of its own leaves nothing undecided") {
    for (const char* path : {"jvm/java heap", "jvm/code cache/profiled nmethods", "malloc/free/bins"}) {
        CAPTURE(path);
        const RunTrend run = run_of(360, 10, [&](double t) {
            return Held{{path, 10 + t / 2000}, {"file/jvm library", 30 - t / 2000}};
        });
        CHECK(conclusion_of(run).verdict == RunVerdict::no_leak);
    }
}

TEST_CASE("trend's verdict: a record of the warm-up alone decides nothing") {
    RunTrend run;
    run.left_out = 7;
    const RunConclusion conclusion = conclusion_of(run);
    CHECK(conclusion.verdict == RunVerdict::undecided);
    CHECK_FALSE(conclusion.missing_s);
}
