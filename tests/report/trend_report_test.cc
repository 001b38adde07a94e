#include "report/trend/trend_report.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/printable.h"
#include "catch.h"
#include "report/style/sparkline.h"
#include "text_parts.h"

using namespace nmtx;
using test::has;

namespace {

constexpr double one_mib = 1 << 20;

OwnerTrend owner(SeriesKey key, Verdict verdict, double mib_an_hour, double now) {
    OwnerTrend trend;
    trend.key = std::move(key);
    trend.verdict = verdict;
    trend.shape.verdict = verdict;
    trend.shape.points = 24;
    trend.shape.span_s = 3600;
    const double rate = mib_an_hour * one_mib / 3600;
    trend.shape.slope = Slope{rate, rate * 0.98, rate * 1.02, 0, one_mib / 10};
    trend.shape.growth = mib_an_hour * one_mib;
    trend.shape.early = trend.shape.late = rate;
    trend.shape.rising = 5;
    trend.first = (now - mib_an_hour) * one_mib;
    trend.last = now * one_mib;
    trend.of_growth = 0.96;
    trend.spark = {1, 2, 3, 4};
    return trend;
}

Trend a_trend() {
    RunTrend run;
    run.run.id = 2;
    run.run.pid = 3938;
    run.run.command = "java -jar \x1b[31mapp.jar";
    run.run.java = "17.0.15";
    run.run.gc = "G1";
    run.run.nmt_level = "summary";
    run.run.end = "interrupted";
    run.samples = 240;
    run.full = run.owner_samples = 24;
    run.left_out = 12;
    run.depth = Depth::full;
    run.from_wall_ms = 1'700'000'000'000;
    run.to_wall_ms = 1'700'003'600'000;
    run.span_s = 3600;
    run.rss = owner({Series::rss}, Verdict::growing, 62, 300);
    run.owners = {owner({Series::owner, "malloc/untracked/libx.so"}, Verdict::leak, 60, 90),
                  owner({Series::owner, "malloc/free/bins"}, Verdict::retention, 5, 20),
                  owner({Series::owner, "jvm/java heap"}, Verdict::growing, 4, 120),
                  owner({Series::owner, "file/jvm library"}, Verdict::flat, 0, 16)};
    run.sums = {owner({Series::malloc_live_untracked}, Verdict::leak, 60, 95)};
    OwnerTrend threads = owner({Series::threads}, Verdict::flat, 0, 27);
    threads.unit = Unit::count;
    threads.last = 27;
    run.others = {threads, owner({Series::nmt_category_committed, "Class"}, Verdict::flat, 0, 3)};
    run.limit = LimitForecast{true, mib(512), mib(300), 7200.0};
    run.mean_cost = {1.5, 12.25, 14};
    return {{run}, 1};
}

std::string trend_text(const Trend& trend, bool all = false, std::size_t width = 100) {
    TextStyle style;
    style.width = width;
    return trend_report(trend, {all, false}, style);
}

}  // namespace

TEST_CASE("trend: a share of the growth that rounds to nothing has no sign") {
    Trend trend = a_trend();
    trend.runs.front().owners.front().of_growth = -0.002;
    trend.runs.front().owners.back().of_growth = -0.00002;
    const std::string text = trend_text(trend);
    CHECK(has(text, " 0 %"));
    CHECK_FALSE(has(text, "-0 %"));
    const std::string csv = csv_trend(trend);
    CHECK(has(csv, "-0.0020\n"));
    CHECK_FALSE(has(csv, "-0.0000"));
}

TEST_CASE("trend: --quiet prints the verdict alone, and of several runs which is whose") {
    const std::string one = trend_verdicts(a_trend(), {});
    CHECK(one.rfind("PROBLEM  +60.0 MiB per hour: malloc/untracked/libx.so", 0) == 0);
    CHECK_FALSE(has(one, "240 samples"));
    CHECK_FALSE(has(one, "MiB now"));
    Trend two = a_trend();
    two.runs.push_back(two.runs.front());
    two.runs.back().run.id = 9;
    CHECK(has(trend_verdicts(two, {}), "run 9\nPROBLEM"));
    two.runs_left_out = 7;
    two.leaks_left_out = 3;
    CHECK(has(trend_verdicts(two, {}), "7 more runs"));
    CHECK(has(trend_verdicts(two, {}), "3 of these leak"));
    CHECK(trend_verdicts({}, {}) == "no sample in the window\n");
}

TEST_CASE("trend report: the leak is named with its rate and what the verdict rests on") {
    const std::string text = trend_text(a_trend(), false, 200);
    CHECK(has(
        text,
        "PROBLEM  +60.0 MiB per hour: malloc/untracked/libx.so, leak: grows steadily and nothing bounds it"));
    CHECK(has(text, "the late rate is 1.00 of the early one; 5 of 5 steps rise by their share"));
    CHECK(has(text, "retained by malloc after free"));
    CHECK(has(text, "within -Xmx"));
    CHECK(has(
        text,
        "300.0 MiB of 512.0 MiB cgroup limit in use: reached in 2 h 0 min at this rate, if nothing else in "));
    Trend on_host = a_trend();
    on_host.runs.front().limit->cgroup = false;
    CHECK(has(trend_text(on_host, false, 200),
              "RSS is 300.0 MiB of 512.0 MiB host memory: reached in 2 h 0 min at this rate, sooner if other "
              "processes need memory."));
    CHECK(has(text, "240 samples (24 full); 12 earlier ones ignored as warm-up"));
    CHECK(has(text, "2023-11-14 22:13:20 to 2023-11-14 23:13:20 UTC"));
    CHECK(has(text, "1 other run of the file"));
    CHECK_FALSE(has(text, "\x1b"));
    CHECK_FALSE(has(text, "nmt committed/Class"));
    CHECK(has(trend_text(a_trend(), true), "nmt committed/Class"));
}

TEST_CASE("trend report: no line is wider than the terminal") {
    for (const std::size_t width : {40U, 60U, 80U, 100U, 150U}) {
        std::istringstream lines(trend_text(a_trend(), true, width));
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(width, line);
            CHECK(display_width(line) <= width);
        }
    }
}

TEST_CASE("trend report: too few samples give no verdict, and none at all say so") {
    Trend trend = a_trend();
    RunTrend& run = trend.runs[0];
    run.owner_samples = 7;
    run.left_out = 0;
    for (OwnerTrend& one : run.owners) {
        one.verdict = Verdict::undecided;
        one.shape.points = 7;
    }
    run.sums.clear();
    CHECK(has(trend_text(trend),
              "UNDECIDED  7 samples are too few, at least 12 are needed. Record for 50 min more."));
    run.samples = 0;
    CHECK(has(trend_text(trend), "--warm-up 0"));
    CHECK(trend_text({}) == "no sample in the window\n");
}

TEST_CASE("trend report: JSON has the rates in bytes an hour, and whether there is a leak") {
    const auto json = nlohmann::json::parse(json_trend(a_trend()));
    CHECK(json["schema"] == 2);
    CHECK(json["leak"] == true);
    const auto& run = json["runs"].at(0);
    CHECK(run["run"] == 2);
    CHECK(run["command"] == "java -jar ?[31mapp.jar");
    const auto& leak = run["owners"].at(0);
    CHECK(leak["owner"] == "malloc/untracked/libx.so");
    CHECK(leak["verdict"] == "leak");
    CHECK(leak["per_hour"] == 60 << 20);
    CHECK(leak["evidence"]["rising_steps_of_5"] == 5);
    CHECK(run["limit"]["seconds_left"] == 7200);
    CHECK(run["others"].at(0)["unit"] == "count");
    CHECK(nlohmann::json::parse(json_trend({}))["leak"] == false);
}

TEST_CASE("trend report: CSV has a line for each owner, with as many fields as the header") {
    Trend trend = a_trend();
    trend.runs[0].owners[0].key.name = "malloc/untracked/lib\"x\",y.so";
    std::istringstream lines(csv_trend(trend));
    std::string header;
    std::getline(lines, header);
    CHECK(header.rfind("run,pid,kind,owner,", 0) == 0);
    std::string rss, leak;
    std::getline(lines, rss);
    std::getline(lines, leak);
    CHECK(rss.rfind("2,3938,rss,rss,bytes,growing,", 0) == 0);
    CHECK(has(leak, "\"malloc/untracked/lib\"\"x\"\",y.so\",bytes,leak,"));
    CHECK(std::count(rss.begin(), rss.end(), ',') == std::count(header.begin(), header.end(), ','));
}

TEST_CASE("trend report: no name in the CSV is a formula to a spreadsheet, and figures stay figures") {
    for (const char* name : {"=1+1", "+1", "-1", "@SUM(A1)", " =1", "=cmd|' /C calc'!A0"}) {
        CAPTURE(name);
        Trend trend = a_trend();
        trend.runs[0].owners[0].key.name = name;
        trend.runs[0].owners[0].last = -5.0 * (1 << 20);
        const std::string csv = csv_trend(trend);
        CHECK(has(csv, std::string(",owner,'") + name + ",bytes,leak,"));
        CHECK(has(csv, ",-5242880,"));
    }
}

TEST_CASE("trend report: a sparkline goes from the least to the most") {
    CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, true) == "▁▂▃▄▅▆▇█");
    CHECK(sparkline({0, 1, 2, 3}, false) == ".-=#");
    CHECK(sparkline({5, 5, 5}, true) == "▁▁▁");
    CHECK(sparkline({}, true).empty());
}

TEST_CASE("gate's line: what grew by how much, and who most") {
    GateResult result;
    result.growth = {static_cast<std::int64_t>(mib(60).value())};
    result.grew_most = "malloc/untracked/libx.so";
    result.its_growth = {static_cast<std::int64_t>(mib(58).value())};
    CHECK(gate_line(result, {mib(50), ""}) ==
          "failed: RSS grew by 60.0 MiB (allowed: 50.0 MiB); most: malloc/untracked/libx.so, 58.0 MiB\n");
    result.passed = true;
    result.comparable = false;
    result.growth = {-static_cast<std::int64_t>(mib(2).value())};
    const std::string passed = gate_line(result, {mib(50), "malloc"});
    CHECK(passed.rfind("passed: malloc shrank by 2.0 MiB", 0) == 0);
    CHECK(has(passed, "light sample"));
}
