#include "triggers/process_triggers.h"

#include "catch.h"

using namespace nmtx;
using namespace std::chrono_literals;

namespace {

Condition usage_of(double percent) {
    Condition condition;
    condition.kind = ConditionKind::usage;
    condition.percent = percent;
    condition.text = "usage";
    return condition;
}

Condition rss_above(Bytes amount) {
    Condition condition;
    condition.kind = ConditionKind::rss;
    condition.amount = amount;
    return condition;
}

Condition growth_of(Bytes amount, std::chrono::milliseconds within, std::string owner = {}) {
    Condition condition;
    condition.kind = ConditionKind::growth;
    condition.amount = amount;
    condition.within = within;
    condition.owner = std::move(owner);
    return condition;
}

Condition of_kind(ConditionKind kind) {
    Condition condition;
    condition.kind = kind;
    return condition;
}

}  // namespace

TEST_CASE("triggers: a condition fires once, and again only after its figure fell by a tenth") {
    const std::vector<Condition> conditions{usage_of(90)};
    ProcessTriggers triggers(conditions);
    CHECK(triggers.usage(mib(89), mib(100), 0).empty());
    const auto fired = triggers.usage(mib(91), mib(100), 10);
    REQUIRE(fired.size() == 1);
    CHECK(fired[0].condition == conditions.data());
    CHECK(fired[0].why == "container memory is at 91.0 % of its limit of 100.0 MiB");
    CHECK_FALSE(fired[0].joined);
    CHECK(triggers.usage(mib(95), mib(100), 200'000).empty());
    CHECK(triggers.usage(mib(82), mib(100), 200'001).empty());
    CHECK(triggers.usage(mib(91), mib(100), 200'002).empty());  // 82 is not below 81
    CHECK(triggers.usage(mib(80), mib(100), 200'003).empty());
    CHECK(triggers.usage(mib(90), mib(100), 200'004).size() == 1);
}

TEST_CASE("triggers: a limit of zero fires nothing, and a percentage of exactly the threshold does") {
    const std::vector<Condition> conditions{usage_of(50)};
    ProcessTriggers triggers(conditions);
    CHECK(triggers.usage(mib(1), Bytes(), 0).empty());
    CHECK(triggers.usage(mib(64), mib(128), 0).size() == 1);
}

TEST_CASE("triggers: conditions that are met within a minute are one incident, later ones are another") {
    const std::vector<Condition> conditions{usage_of(90), rss_above(mib(100)), of_kind(ConditionKind::ended)};
    ProcessTriggers triggers(conditions);
    REQUIRE(triggers.usage(mib(120), mib(128), 1000).size() == 1);
    triggers.evidence_taken(1000);
    const auto joined = triggers.rss(mib(101), 60'999);
    REQUIRE(joined.size() == 1);
    CHECK(joined[0].joined);
    const auto later = triggers.ended("the process ended", 61'000);
    REQUIRE(later.size() == 1);
    CHECK_FALSE(later[0].joined);
    CHECK(later[0].why == "the process ended");
    CHECK(triggers.ended("again", 900'000).empty());
}

TEST_CASE("triggers: what is met while evidence is taken, or within a minute of that, is of its incident") {
    const std::vector<Condition> conditions{usage_of(90), rss_above(mib(100)), of_kind(ConditionKind::ended)};
    ProcessTriggers triggers(conditions);
    REQUIRE(triggers.usage(mib(120), mib(128), 1000).size() == 1);
    const auto meanwhile = triggers.rss(mib(101), 90'000);
    REQUIRE(meanwhile.size() == 1);
    CHECK(meanwhile[0].joined);
    triggers.evidence_taken(100'000);
    const auto after = triggers.ended("the process ended", 159'999);
    REQUIRE(after.size() == 1);
    CHECK(after[0].joined);
}

TEST_CASE("triggers: evidence that is never done does not count for ever") {
    const std::vector<Condition> conditions{usage_of(90), of_kind(ConditionKind::ended)};
    ProcessTriggers triggers(conditions);
    REQUIRE(triggers.usage(mib(120), mib(128), 1000).size() == 1);
    const auto later = triggers.ended("the process ended", 700'000);
    REQUIRE(later.size() == 1);
    CHECK_FALSE(later[0].joined);
}

TEST_CASE("triggers: growth is of the window, by owner, and not since the least before it") {
    const std::vector<Condition> conditions{growth_of(mib(200), 10min),
                                            growth_of(mib(50), 1min, "malloc/untracked")};
    ProcessTriggers triggers(conditions);
    Bytes rss = mib(100), owner = mib(10);
    const auto sample = [&](std::int64_t second) {
        return triggers.sampled([&](std::string_view path) { return path.empty() ? rss : owner; },
                                SampleDepth::light, second * 1000);
    };
    CHECK(sample(0).empty());
    rss = mib(299);
    CHECK(sample(300).empty());
    rss = mib(300);
    const auto fired = sample(590);
    REQUIRE(fired.size() == 1);
    CHECK(fired[0].why == "RSS grew by 200.0 MiB within 10 min");
    owner = mib(60);
    const auto of_owner = sample(591);
    REQUIRE(of_owner.size() == 1);
    CHECK(of_owner[0].condition == &conditions[1]);
    CHECK(of_owner[0].joined);
}

TEST_CASE("triggers: an owner is compared with samples that split it the same way, RSS with all") {
    const std::vector<Condition> conditions{growth_of(mib(50), 10min, "malloc/untracked"),
                                            growth_of(mib(50), 10min)};
    ProcessTriggers triggers(conditions);
    const auto sample = [&](SampleDepth depth, Bytes owner, Bytes rss, std::int64_t second) {
        return triggers.sampled([=](std::string_view path) { return path.empty() ? rss : owner; }, depth,
                                second * 1000);
    };
    // Light samples do not have the owner.
    CHECK(sample(SampleDepth::light, Bytes(), mib(300), 0).empty());
    CHECK(sample(SampleDepth::full, mib(200), mib(300), 10).empty());
    CHECK(sample(SampleDepth::light, Bytes(), mib(300), 20).empty());
    const auto fired = sample(SampleDepth::full, mib(250), mib(340), 30);
    REQUIRE(fired.size() == 1);
    CHECK(fired[0].condition == conditions.data());
    // Neither does a light sample arm it again.
    const auto of_all = sample(SampleDepth::light, Bytes(), mib(350), 40);
    REQUIRE(of_all.size() == 1);
    CHECK(of_all[0].condition == &conditions[1]);
    CHECK(sample(SampleDepth::full, mib(251), mib(350), 200).empty());
}

TEST_CASE("triggers: slow growth beyond the window does not fire") {
    const std::vector<Condition> conditions{growth_of(mib(200), 10min)};
    ProcessTriggers triggers(conditions);
    for (std::int64_t minute = 0; minute < 200; ++minute) {
        const Bytes rss = mib(100 + static_cast<std::uint64_t>(minute) * 10);
        CHECK(triggers.sampled([&](std::string_view) { return rss; }, SampleDepth::full, minute * 60'000)
                  .empty());
    }
}

TEST_CASE("triggers: what is looked at next is the lowest threshold that is armed") {
    const std::vector<Condition> conditions{usage_of(90), usage_of(50), rss_above(mib(64))};
    ProcessTriggers triggers(conditions);
    CHECK(triggers.least_percent() == 50);
    CHECK(triggers.least_rss() == mib(64));
    triggers.usage(mib(60), mib(100), 0);
    CHECK(triggers.least_percent() == 50);
    CHECK(triggers.least_percent(Which::armed) == 90);
    triggers.usage(mib(95), mib(100), 0);
    CHECK_FALSE(triggers.least_percent(Which::armed));
    CHECK(triggers.has(ConditionKind::rss));
    CHECK_FALSE(triggers.has(ConditionKind::terminated));
}

TEST_CASE("triggers: the next look is soon near the threshold, and after a second at the latest") {
    CHECK(pause_before_look_ms(Bytes()) == 20);
    CHECK(pause_before_look_ms(mib(64)) == 125);
    CHECK(pause_before_look_ms(mib(100'000)) == 1000);
    CHECK(pause_before_look_ms(Bytes(UINT64_MAX)) == 1000);
}

TEST_CASE("triggers: a window forgets what is older, and its points are bounded") {
    GrowthWindow window(10s);
    window.add(0, mib(10));
    window.add(5000, mib(30));
    CHECK(window.growth() == mib(20));
    window.add(10'000, mib(40));
    CHECK(window.growth() == mib(30));
    window.add(10'001, mib(40));
    CHECK(window.growth() == mib(10));
    window.add(12'000, mib(5));
    CHECK(window.growth() == Bytes());
}
