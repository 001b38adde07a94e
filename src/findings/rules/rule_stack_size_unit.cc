// A flag that counts in KB and was given a unit: 256k is 256 MiB for each thread.
#include <fmt/format.h>

#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {

std::vector<Finding> stack_size_unit(const FindingInput& input) {
    std::vector<Finding> findings;
    if (input.threads == nullptr) return findings;
    for (const StackFlag& flag : input.threads->stack_flags) {
        if (!flag.unit_slip) continue;
        Finding finding;
        finding.severity = Severity::warning;
        finding.confidence = Confidence::high;
        const std::string text = printable(flag.text);
        finding.title = fmt::format("{} reserves {} for each of the {}: the flag already counts in KB", text,
                                    human(flag.size), flag.threads);
        finding.bytes = flag.size;
        finding.resident = false;
        finding.evidence.push_back(fmt::format(
            "Given as {} (hsperfdata or the command line). All stacks: {} reserved, {} resident.", text,
            human(input.threads->totals.stacks_reserved), human(input.threads->totals.stacks_resident)));
        finding.remedies.push_back({"Restart without the unit", printable(flag.meant)});
        finding.refuted_by = fmt::format("these threads need {} of stack each", human(flag.size));
        findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace nmtx::rule
