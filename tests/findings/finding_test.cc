#include "findings/finding.h"

#include "catch.h"

using namespace nmtx;

namespace {

Finding of(Severity severity, std::optional<Bytes> bytes, std::string title) {
    Finding finding;
    finding.severity = severity;
    finding.bytes = bytes;
    finding.title = std::move(title);
    return finding;
}

}  // namespace

TEST_CASE("findings: the severest come first, then the largest, and equal ones as they came") {
    std::vector<Finding> findings{
        of(Severity::note, mib(900), "f"),    of(Severity::warning, std::nullopt, "d"),
        of(Severity::problem, mib(1), "a"),   of(Severity::warning, mib(2), "c"),
        of(Severity::warning, mib(300), "b"), of(Severity::warning, std::nullopt, "e")};
    sort_by_weight(findings);
    std::string order;
    for (const Finding& finding : findings) order += finding.title;
    CHECK(order == "abcdef");
}
