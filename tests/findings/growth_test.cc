#include "findings/figures/growth.h"

#include "catch.h"
#include "change/series.h"
#include "findings/judged_process.h"

using namespace nmtx;

TEST_CASE("growth: of several rows that leak the fastest is taken, and no other verdict counts") {
    RunTrend history = made::growing({Series::nmt_category_committed, "Class"}, Verdict::leak, 5);
    history.others.push_back(
        made::growing({Series::nmt_category_committed, "Metaspace"}, Verdict::leak, 9).others[0]);
    history.others.push_back(
        made::growing({Series::nmt_category_committed, "Code"}, Verdict::growing, 90).others[0]);
    const auto of_category = [](const char* name) { return SeriesKey{Series::nmt_category_committed, name}; };
    const auto* fastest = fastest_leak(
        &history,
        {of_category("Class"), of_category("Metaspace"), of_category("Code"), {Series::owner, "none"}});
    REQUIRE(fastest != nullptr);
    CHECK(fastest->key == of_category("Metaspace"));
    CHECK(fastest_leak(&history, {of_category("Code")}) == nullptr);
    CHECK(fastest_leak(nullptr, {of_category("Class")}) == nullptr);
    CHECK(trend_of_series(&history, of_category("Code")) != nullptr);
    CHECK(trend_of_series(&history, {Series::owner, "nmt committed/Code"}) == nullptr);
    CHECK(trend_of_series(nullptr, of_category("Code")) == nullptr);
    CHECK(
        growth_sentence(*fastest) ==
        "Recorded: nmt committed/Metaspace grew from 10.0 MiB to 28.0 MiB in 2 h 0 min (120 samples), 9.0 MiB/h.");
}

TEST_CASE("growth: a record is of this process where pid, start and boot are the same") {
    CaptureHeader process;
    process.pid = 7;
    process.start_ticks = 100;
    process.boot_id = "a";
    RecordedRun run;
    run.pid = 7;
    run.start_ticks = 100;
    run.boot_id = "a";
    CHECK(is_run_of(run, process));
    run.boot_id = "b";
    CHECK_FALSE(is_run_of(run, process));
    process.boot_id.clear();  // a capture of before it was kept
    CHECK(is_run_of(run, process));
    run.start_ticks = 101;
    CHECK_FALSE(is_run_of(run, process));
}
