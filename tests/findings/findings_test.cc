#include <set>

#include "accounts.h"
#include "catch.h"
#include "findings/judgement/judgement.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rules.h"
#include "findings/wording.h"

using namespace nmtx;

TEST_CASE("findings: each rule has a name of its own and says what it needs") {
    std::set<std::string_view> names;
    for (const Rule& rule : rules()) {
        CAPTURE(rule.name);
        CHECK(names.insert(rule.name).second);
        CHECK(!rule.needs.empty());
    }
}

TEST_CASE("findings: a process of which nothing is known to be wrong is told so, with what RSS is made of") {
    ProcessView view;
    view.header.pid = 42;
    Ledger ledger;
    ledger.rss = mib(100);
    ledger.files = mib(100);
    const auto findings = test::findings(view, ledger);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "nothing-wrong");
    CHECK(findings[0].severity == Severity::note);
    CHECK(findings[0].title == "No problem found; 100.0 % of RSS accounted for: files 100.0 MiB (100.0 %)");
    CHECK(findings[0].refuted_by.find("nmtx record 42 -o rec.db") != std::string::npos);
}

TEST_CASE("findings: the process id is put for the word PID alone, and not where it is not known") {
    Finding finding;
    finding.title = "PID, RAPID and VPID";
    ProcessView view;
    with_pid(finding, view);
    CHECK(finding.title == "PID, RAPID and VPID");
    view.header.pid = 7;
    with_pid(finding, view);
    CHECK(finding.title == "7, RAPID and VPID");
}

TEST_CASE("findings: what a JDK offers goes by its release, and by the update where it was brought back") {
    CHECK(jdk_has(23, 0, "-XX:TrimNativeHeapInterval"));
    CHECK(jdk_has(17, 12, "-XX:TrimNativeHeapInterval"));
    CHECK_FALSE(jdk_has(17, 11, "-XX:TrimNativeHeapInterval"));
    CHECK_FALSE(jdk_has(17, {}, "-XX:TrimNativeHeapInterval"));
    CHECK_FALSE(jdk_has(8, 504, "System.trim_native_heap"));
    CHECK_FALSE(jdk_has(25, 0, "-XX:NoSuchOption"));
}
