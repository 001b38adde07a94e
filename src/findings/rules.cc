#include "findings/rules.h"

#include <algorithm>
#include <array>

#include "findings/nothing_wrong.h"
#include "findings/rule_list.h"
#include "findings/wording.h"

namespace nmtx {
namespace {

constexpr std::array table{
    Rule{"jni-malloc", "the walk over malloc, with NMT on", rule::jni_malloc},
    Rule{"retention", "the walk over malloc", rule::retention},
};

double percent_of(Bytes part, double whole) {
    return 100 * static_cast<double>(part.value()) / whole;
}

void add_shares(Finding& finding, const Ledger& ledger) {
    if (!finding.bytes || !finding.resident) return;
    if (ledger.rss != Bytes())
        finding.share_of_rss = percent_of(*finding.bytes, static_cast<double>(ledger.rss.value()));
    const std::optional<Delta> gap = ledger.gap.likely;
    if (finding.outside_nmt && gap && gap->value > 0)
        finding.share_of_gap = std::min(100.0, percent_of(*finding.bytes, static_cast<double>(gap->value)));
}

}  // namespace

std::string_view name_of(Severity severity) {
    constexpr std::array names{"note", "warning", "problem"};
    return names[static_cast<std::size_t>(severity)];
}

std::string_view name_of(Confidence confidence) {
    constexpr std::array names{"low", "medium", "high"};
    return names[static_cast<std::size_t>(confidence)];
}

std::span<const Rule> rules() {
    return table;
}

std::vector<Finding> findings_of(const FindingInput& input) {
    std::vector<Finding> findings;
    for (const Rule& rule : table) {
        for (Finding& finding : rule.find(input)) {
            finding.rule = rule.name;
            findings.push_back(std::move(finding));
        }
    }
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        if (a.severity != b.severity) return a.severity > b.severity;
        return a.bytes.value_or(Bytes()) > b.bytes.value_or(Bytes());
    });
    if (findings.empty() || findings.front().severity == Severity::note)
        findings.insert(findings.begin(), nothing_wrong(input));
    for (Finding& finding : findings) {
        add_shares(finding, input.ledger);
        with_pid(finding, input.view);
    }
    return findings;
}

std::vector<Finding> findings_of(const ProcessView& view, const Ledger& ledger,
                                 const std::optional<ThreadTable>& threads, const RunTrend* history) {
    const std::optional<ContainerUse> container = container_use(view, ledger);
    return findings_of(
        {view, ledger, threads ? &*threads : nullptr, container ? &*container : nullptr, history});
}

}  // namespace nmtx
