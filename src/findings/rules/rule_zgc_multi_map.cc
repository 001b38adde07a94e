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
    finding.title =
        fmt::format("True RSS is {}: RSS counts pages of the Java heap more than once (not a leak)",
                    human(ledger.rss_true()));
    finding.bytes = ledger.mapped_again;
    finding.evidence.push_back(
        fmt::format("RSS {} (smaps) includes {} of heap pages that another view also maps.",
                    human(ledger.rss), human(ledger.mapped_again)));
    if (input.view.smaps)
        finding.evidence.push_back(fmt::format("Pss, which divides each page by its mappings, is {}.",
                                               human(input.view.smaps->pss)));
    if (const auto feature = input.view.java_feature(); feature && (*feature == 21 || *feature == 22))
        finding.remedies.push_back(
            {"Restart with generational ZGC, which maps the heap once", "-XX:+ZGenerational"});
    finding.remedies.push_back({"Read Pss instead of RSS", "grep ^Pss: /proc/PID/smaps_rollup"});
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the cgroup is charged as much as RSS";
    finding.bugs = {"JEP 439"};
    return {std::move(finding)};
}

}  // namespace nmtx::rule
