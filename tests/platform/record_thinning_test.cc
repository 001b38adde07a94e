#include "platform/record/record_thinning.h"

#include <algorithm>
#include <map>

#include "catch.h"
#include "platform/child.h"
#include "platform/made_record.h"
#include "platform/record/record_store.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

// As a JVM with every collector's areas has it: 45 owners, 27 categories.
Sample busy_sample(std::int64_t second, bool full) {
    Sample sample;
    sample.depth = full ? Depth::full : Depth::light;
    sample.time = {0, began_ms + second * 1000, second * 1000 + 777};
    sample.uptime_s = static_cast<double>(second);
    for (std::uint64_t i = 0; i < 45; ++i) {
        const Bytes resident((i + 1) * 9'000'000 + static_cast<std::uint64_t>(second));
        sample.owners.push_back({"jvm/an area with a name of its own/" + std::to_string(i), resident});
        sample.rss += resident;
    }
    sample.nmt = NmtSample{sample.rss, mib(90), {}};
    for (std::uint64_t i = 0; i < 27; ++i)
        sample.nmt->categories.push_back(
            {"Category " + std::to_string(i), Bytes(20'000'000 + i), Bytes(3'000'000), 40'000 + i});
    sample.malloc = MallocSample{mib(300), mib(200), mib(80), true};
    sample.threads = 130;
    sample.heap_used = mib(700);
    sample.collections = static_cast<std::uint64_t>(second) / 7;
    sample.cgroup_current = mib(1400);
    sample.cgroup_limit = mib(2048);
    sample.cost = {1.4, 12.5, 17.25};
    return sample;
}

// Without the sync of each sample, which a test of what is kept does not need.
RecordStore fast_store(const std::string& path) {
    auto store = RecordStore::open(path).value();
    REQUIRE(store.relax_for_tests());
    return store;
}

}  // namespace

TEST_CASE(
    "thinning: the tiers keep all of a day, one a minute of a week, one in ten minutes of a month, one an "
    "hour") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a.db";
    constexpr std::int64_t every_s = 30, days = 33;
    {
        auto store = fast_store(file);
        const auto run = store.begin_run(RecordedRun()).value();
        Sample sample;
        sample.owners = {{"file/jvm library", mib(16)}};
        // Until the last nine days more slowly, but faster than any tier that they will be in.
        const auto step = [](std::int64_t second) {
            return second < (days - 9) * 86400 ? 5 * every_s : every_s;
        };
        for (std::int64_t second = 0; second < days * 86400; second += step(second)) {
            sample.depth = second % 300 == 0 ? Depth::full : Depth::light;
            sample.time = {0, began_ms + second * 1000, second * 1000};
            REQUIRE(store.add(run, sample));
        }
    }
    const auto record = read_record(file).value();
    const auto& samples = record.at(0).samples;
    const std::int64_t last = samples.back().time.line_ms;
    std::map<std::int64_t, std::pair<std::size_t, std::size_t>> by_tier;  // one_in_ms: samples, full ones
    for (const Sample& sample : samples) {
        CHECK(sample.owners.size() == 1);
        std::int64_t one_in = every_s * 1000;
        for (const ThinningTier& tier : thinning_tiers) {
            if (last - sample.time.line_ms > tier.older_than_ms) one_in = tier.one_in_ms;
        }
        ++by_tier[one_in].first;
        by_tier[one_in].second += sample.depth == Depth::full ? 1 : 0;
    }
    CHECK(by_tier[30'000].first == 2881);
    CHECK(by_tier[60'000].first == Approx(6 * 1440).margin(4));
    CHECK(by_tier[600'000].first == Approx(23 * 144).margin(4));
    CHECK(by_tier[3'600'000].first == Approx(3 * 24).margin(4));
    // The full ones are those that stay: of a minute where it has one, of each ten minutes and each hour.
    CHECK(by_tier[60'000].second == Approx(6 * 288).margin(4));
    CHECK(by_tier[600'000].second + 4 >= by_tier[600'000].first);
    CHECK(by_tier[3'600'000].second + 4 >= by_tier[3'600'000].first);
}

TEST_CASE("thinning: each run keeps its own") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a.db";
    {
        auto store = fast_store(file);
        const auto first = store.begin_run(RecordedRun()).value();
        const auto second = store.begin_run(RecordedRun()).value();
        for (std::int64_t s = 0; s < 3 * 86400; s += 30) {
            Sample sample;
            sample.time = {0, began_ms + s * 1000, s * 1000};
            REQUIRE(store.add(first, sample));
            REQUIRE(store.add(second, sample));
        }
    }
    const auto record = read_record(file).value();
    CHECK(record.at(0).samples.size() == record.at(1).samples.size());
    CHECK(record.at(0).samples.size() == Approx(2880 + 2 * 1440).margin(3));
}

TEST_CASE("thinning: a year at 10 s stays below 100 MB, and is whole") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a.db";
    constexpr std::int64_t year_s = std::int64_t{365} * 86400;
    {
        auto store = fast_store(file);
        const auto run = store.begin_run(RecordedRun()).value();
        // At 10 s for the last day and some hours, and each tier at the pace that it leaves: all at 10 s come
        // to the same file, but take ten minutes to add.
        std::int64_t second = 0;
        while (second < year_s) {
            REQUIRE(store.add(run, busy_sample(second, second % 300 == 0)));
            const std::int64_t left = year_s - second;
            second += left > 31 * 86400 ? 3600 : left > 8 * 86400 ? 600 : left > 26 * 3600 ? 60 : 10;
        }
        CHECK(store.bytes().value() < 100'000'000);
        WARN("a year of 45 owners and 27 categories takes " << store.bytes().value() << " bytes");
    }
    const auto record = read_record(file).value();
    CHECK(record.at(0).samples.size() == Approx(8640 + 6 * 1440 + 23 * 144 + 335 * 24).epsilon(0.02));
    auto database = RecordDatabase::open_for_reading(file).value();
    auto check = database.prepare("PRAGMA integrity_check").value();
    REQUIRE(database.step(check).value());
    CHECK(check.text(0) == "ok");
}

TEST_CASE("thinning: after a long pause it catches up over some samples") {
    const TemporaryDirectory directory;
    const std::string file = directory / "a.db";
    {
        auto store = fast_store(file);
        const auto run = store.begin_run(RecordedRun()).value();
        const auto add = [&](std::int64_t s) {
            Sample sample;
            sample.time = {0, began_ms + s * 1000, s * 1000};
            REQUIRE(store.add(run, sample));
        };
        for (std::int64_t s = 0; s < 86400; s += 10) add(s);
        constexpr std::int64_t later = 60 * 86400;
        for (std::int64_t s = later; s < later + 60; s += 10) add(s);
    }
    const auto record = read_record(file).value();
    // The day began within an hour, and so ended.
    CHECK(record.at(0).samples.size() == 25 + 6);
}
