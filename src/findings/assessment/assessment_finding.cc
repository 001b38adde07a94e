// The finding that nothing is wrong, or that the evidence is insufficient, which is a useful answer too: 13
// of 60 discussions in which people asked about a leak were not about one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "findings/assessment/assessment.h"
#include "findings/wording.h"
#include "ledger/headline.h"

namespace nmtx {
namespace {

struct Share {
    std::string name;
    Bytes bytes;
};

// The JVM's areas each by name, the rest by the headline: they sum to RSS.
std::vector<Share> shares_of(const Moment& moment) {
    const Ledger& ledger = *moment.ledger;
    const Headline h = headline_of(ledger);
    std::vector<Share> shares{{"JVM malloc", h.nmt_malloc},
                              {std::string(name_of_malloc_outside(*moment.view, ledger)), h.malloc_outside},
                              {"files", h.files},
                              {std::string(name_of_native_stacks(*moment.view)), h.native_stacks},
                              {"named mappings", h.other},
                              {"unexplained", h.unexplained}};
    for (const Area& area : areas_of(ledger)) shares.push_back({title_of_area(area.name), area.resident});
    std::stable_sort(shares.begin(), shares.end(),
                     [](const Share& a, const Share& b) { return a.bytes > b.bytes; });
    return shares;
}

// The three largest; the table has the rest.
std::string largest_shares(const Moment& moment) {
    const Ledger& ledger = *moment.ledger;
    constexpr std::size_t most = 3;
    std::string parts;
    std::size_t told = 0;
    for (const Share& share : shares_of(moment)) {
        if (share.bytes == Bytes()) break;
        if (told == most) return parts + ", …";
        parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", share.name,
                             amount_with_share(share.bytes, ledger.rss));
        ++told;
    }
    return parts;
}

std::string watch_it() {
    return fmt::format("RSS keeps growing under constant load: {} && {}", record_command("PID"),
                       trend_command);
}

}  // namespace

std::string coverage_sentence(const CoveragePercent& percent) {
    // Tenths of a percent; what rounding adds is taken from the first, so that they do not sum to more than
    // the whole.
    const auto tenths = [](double share) { return std::lround(10 * share); };
    const std::array rest{std::pair{"Estimated", percent.estimated},
                          std::pair{"Unexplained", percent.unexplained},
                          std::pair{"Not examined", percent.not_examined}};
    std::string text;
    long left = 1000;
    for (const auto& [name, share] : rest) {
        if (share < least_share_shown) continue;
        text += fmt::format(" {}: {:.1f} %.", name, static_cast<double>(tenths(share)) / 10);
        left -= tenths(share);
    }
    const long located = std::min(tenths(percent.accounted), std::max(left, 0L));
    return fmt::format("Located by evidence: {:.1f} % of RSS.{}", static_cast<double>(located) / 10, text);
}

Finding finding_of(const Assessment& assessment, const Moment& moment) {
    Finding finding;
    finding.confidence = Confidence::high;
    if (assessment.verdict == Assessed::ok) {
        finding.rule = "nothing-wrong";
        finding.title = fmt::format("No problem found; {:.1f} % of RSS accounted for: {}",
                                    assessment.percent.accounted, largest_shares(moment));
        finding.sure_of = "the shares";
        finding.refutes = Refutes::ok;
        finding.refuted_by = watch_it();
        finding.not_known = "whether RSS will grow, which one snapshot does not show";
        return finding;
    }
    finding.rule = "undecided";
    finding.title = assessment.why.empty() ? "Too little evidence for a verdict" : assessment.why.front();
    if (finding.title.ends_with('.')) finding.title.pop_back();
    if (assessment.why.size() > 1) finding.evidence.assign(assessment.why.begin() + 1, assessment.why.end());
    if (is_pasted(*moment.view) && moment.view->smaps && moment.view->smaps->rss_estimated)
        finding.evidence.emplace_back(
            "Per-mapping residency was not in the input: it was inferred from the JVM's own "
            "figures.");
    finding.remedies = assessment.next;
    finding.refutes = Refutes::doubt;
    finding.refuted_by = "the missing evidence is added: each step adds a part";
    return finding;
}

}  // namespace nmtx
