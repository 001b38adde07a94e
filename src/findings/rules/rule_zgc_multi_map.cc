// ZGC before generations maps the heap three times, and RSS counts each page in every view.
#include <fmt/format.h>

#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {

std::vector<Finding> zgc_multi_map(const FindingInput& input) {
    const Ledger& ledger = input.ledger;
    if (ledger.mapped_again == Bytes()) return {};
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("RSS counts pages of the Java heap more than once, no leak: true RSS is {}",
                                human(ledger.rss_true()));
    finding.bytes = ledger.mapped_again;
    finding.evidence.push_back(fmt::format(
        "smaps has {} of RSS; {} of it are pages of the heap's file that another view maps as well.",
        human(ledger.rss), human(ledger.mapped_again)));
    if (input.view.smaps)
        finding.evidence.push_back(
            fmt::format("Pss, which shares each page out, is {}.", human(input.view.smaps->pss)));
    if (const auto feature = input.view.java_feature(); feature && (*feature == 21 || *feature == 22))
        finding.remedies.push_back({"With generations it is mapped once", "-XX:+ZGenerational"});
    finding.remedies.push_back({"Read Pss in place of RSS", "grep ^Pss: /proc/PID/smaps_rollup"});
    finding.refuted_by = "A memory cgroup that is charged with as much as RSS says.";
    finding.bugs = {"JEP 439"};
    return {std::move(finding)};
}

}  // namespace nmtx::rule
