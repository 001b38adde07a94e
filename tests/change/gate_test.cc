#include "change/gate.h"

#include "catch.h"
#include "change/made_series.h"

using namespace nmtx;

namespace {

const Sample sample_before =
    sample_at(0, {{"jvm/java heap", 100}, {"malloc/untracked/liba.so", 10}, {"malloc/free/top", 5}});
const Sample sample_after =
    sample_at(0, {{"jvm/java heap", 90}, {"malloc/untracked/liba.so", 70}, {"malloc/free/top", 6}});

}  // namespace

TEST_CASE("gate: growth up to the bound passes, and who grew most is named") {
    const auto passed = gate(sample_before, sample_after, {mib(51), ""});
    CHECK(passed.passed);
    CHECK(passed.growth.value == 51 * (1 << 20));
    CHECK(passed.grew_most == "malloc/untracked/liba.so");
    CHECK(passed.its_growth.value == 60 * (1 << 20));
    CHECK_FALSE(gate(sample_before, sample_after, {mib(50), ""}).passed);
}

TEST_CASE("gate: what shrank passes any bound") {
    const auto result = gate(sample_after, sample_before, {Bytes(), ""});
    CHECK(result.passed);
    CHECK(result.growth.value < 0);
    CHECK(result.grew_most == "jvm/java heap");
}

TEST_CASE("gate: owners alone can be bounded, by a path of whole names") {
    CHECK_FALSE(gate(sample_before, sample_after, {mib(59), "malloc/untracked"}).passed);
    CHECK(gate(sample_before, sample_after, {mib(1), "malloc/free"}).passed);
    CHECK(gate(sample_before, sample_after, {mib(1), "malloc/free"}).undecided.empty());
}

TEST_CASE(
    "gate: an owner that neither snapshot has did not pass, and neither did one that only one can have") {
    const auto unknown = gate(sample_before, sample_after, {Bytes(), "malloc/unt"});
    CHECK(unknown.growth.value == 0);
    CHECK_FALSE(unknown.passed);
    CHECK(unknown.undecided == "neither snapshot has an owner of that name");
    Sample light = sample_before;
    light.depth = Depth::light;
    CHECK_FALSE(gate(light, sample_after, {mib(100), "malloc/untracked"}).passed);
    CHECK_FALSE(gate(light, sample_after, {mib(100), "malloc/untracked"}).undecided.empty());
    CHECK(gate(light, sample_after, {mib(100), ""}).undecided.empty());
}

TEST_CASE("gate: a light sample and a full one are told to be different") {
    Sample light = sample_before;
    light.depth = Depth::light;
    CHECK(gate(sample_before, sample_after, {mib(1), ""}).comparable);
    CHECK_FALSE(gate(light, sample_after, {mib(1), ""}).comparable);
}

TEST_CASE("gate: a record's moment is the beginning of the same process, or the end of another's run") {
    RecordedSeries old, same;
    old.run.pid = 7;
    same.run.pid = 8;
    same.run.start_ticks = 99;
    same.run.boot_id = "boot";
    old.samples = {sample_at(0, {{"x", 1}}), sample_at(10, {{"x", 2}})};
    same.samples = {sample_at(20, {{"x", 3}}), sample_at(30, {{"x", 4}}), sample_at(40, {{"x", 5}})};
    same.samples[0].depth = Depth::light;
    same.samples[2].depth = Depth::light;
    const std::vector<RecordedSeries> record{old, same};
    CHECK(baseline_sample(record, same.run).sample->rss == mib(4));
    CHECK(baseline_sample(record, RecordedRun()).sample->rss == mib(4));
    CHECK(latest_sample(record).sample->rss == mib(4));
    CHECK(latest_sample({old}).sample->rss == mib(2));
    CHECK(latest_sample({}).sample == nullptr);
}
