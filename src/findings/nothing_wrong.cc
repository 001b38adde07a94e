#include "findings/nothing_wrong.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "findings/wording.h"
#include "ledger/headline.h"

namespace nmtx {
namespace {

struct Share {
    std::string name;
    Bytes bytes;
};

// The JVM's areas each by name, the rest by the headline: they sum to RSS.
std::vector<Share> shares_of(const Ledger& ledger) {
    const Headline h = headline_of(ledger);
    const bool told_apart = ledger.malloc.nmt || ledger.malloc.measured();
    std::vector<Share> shares{{"malloc of the JVM", h.nmt_malloc},
                              {told_apart ? "malloc outside NMT" : "malloc", h.malloc_outside},
                              {"files", h.files},
                              {"stacks outside NMT", h.native_stacks},
                              {"named mappings", h.other},
                              {"unexplained", h.unexplained}};
    for (const Area& area : areas_of(ledger)) shares.push_back({area.name, area.resident});
    std::stable_sort(shares.begin(), shares.end(),
                     [](const Share& a, const Share& b) { return a.bytes > b.bytes; });
    return shares;
}

// What each mapping has resident was shared out by us: whatever is large by itself is then not seen.
bool is_estimate(const FindingInput& input) {
    return is_pasted(input.view) && input.view.smaps && input.view.smaps->rss_estimated;
}

Confidence confidence_of(const FindingInput& input) {
    const Ledger& ledger = input.ledger;
    if (is_estimate(input) || ledger.unexplained.value() > ledger.rss.value() / 20) return Confidence::low;
    // Whose malloc's memory is, or how much of it is free, is known by these alone.
    const bool told = ledger.malloc.nmt || ledger.malloc.parts;
    return told ? Confidence::high : Confidence::medium;
}

}  // namespace

Finding nothing_wrong(const FindingInput& input) {
    const Ledger& ledger = input.ledger;
    Finding finding;
    finding.rule = "nothing-wrong";
    finding.confidence = confidence_of(input);
    std::string parts;
    Bytes told;
    for (const Share& share : shares_of(ledger)) {
        if (share.bytes == Bytes() || told.value() >= ledger.rss.value() / 10 * 9) break;
        parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", share.name,
                             amount_with_share(share.bytes, ledger.rss));
        told += share.bytes;
    }
    const bool estimate = is_estimate(input);
    finding.title = fmt::format(
        "{}: RSS is {} {}", estimate ? "Nothing wrong by what an estimate shows" : "Nothing wrong",
        estimate ? "estimated to be" : "explained by", parts.empty() ? "nothing resident" : parts);
    finding.evidence.push_back(fmt::format("{} of {} resident have an owner.",
                                           human(minus_or_zero(ledger.rss, ledger.unexplained)),
                                           human(ledger.rss)));
    if (estimate)
        finding.evidence.emplace_back(
            "This is an estimate: no text has what each mapping has resident. It was shared out by what the "
            "JVM says of itself.");
    else if (finding.confidence == Confidence::medium)
        finding.evidence.emplace_back(
            "Neither NMT nor a walk over malloc tells whose malloc's memory is, or how much of it is free.");
    finding.refuted_by =
        "RSS that grows on while load does not: nmtx record PID -o FILE.db for some hours, then nmtx trend "
        "FILE.db.";
    return finding;
}

}  // namespace nmtx
