#include "triggers/evidence_folders.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("evidence: names sort by time, and only such names are ours") {
    const std::string name = evidence_name("2026-12-01T04:43:07Z", 4711, ConditionKind::usage);
    CHECK(name == "20261201T044307Z-pid4711-usage");
    CHECK(is_evidence_name(name));
    CHECK(is_evidence_name("20261201T044307Z-pid1-term"));
    for (const char* other :
         {"", "20261201T044307Z", "20261201T044307Z-pid-usage", "20261201T044307Z-pid12", "notes",
          "20261201T044307Z-pid12-", "20261201T044307Z-pid12-usage.bak", "2026120xT044307Z-pid12-usage",
          "20261201T044307Z-pid12-usage/..", "x20261201T044307Z-pid12-usage"}) {
        CAPTURE(other);
        CHECK_FALSE(is_evidence_name(other));
    }
}

TEST_CASE("evidence: the oldest go until the new one fits, and none where it never would") {
    const std::vector<KeptEvidence> kept{{"3", mib(3)}, {"1", mib(4)}, {"2", mib(2)}};
    CHECK(evidence_to_drop(kept, mib(1), mib(10)).value().empty());
    CHECK(evidence_to_drop(kept, mib(2), mib(10)).value() == std::vector<std::string>{"1"});
    CHECK(evidence_to_drop(kept, mib(6), mib(10)).value() == std::vector<std::string>{"1", "2"});
    CHECK(evidence_to_drop(kept, mib(10), mib(10)).value() == std::vector<std::string>{"1", "2", "3"});
    CHECK_FALSE(evidence_to_drop(kept, mib(11), mib(10)));
}

TEST_CASE("evidence: what is being replaced stays, and counts until it is replaced") {
    const std::vector<KeptEvidence> kept{{"1", mib(4)}, {"2", mib(2)}};
    CHECK(evidence_to_drop(kept, mib(5), mib(10), "1").value() == std::vector<std::string>{"2"});
    CHECK_FALSE(evidence_to_drop(kept, mib(7), mib(10), "1"));
}
