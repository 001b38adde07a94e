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

}  // namespace

Finding nothing_wrong(const FindingInput& input) {
    const Ledger& ledger = input.ledger;
    Finding finding;
    finding.rule = "nothing-wrong";
    finding.confidence =
        ledger.unexplained.value() > ledger.rss.value() / 20 ? Confidence::low : Confidence::high;
    std::string parts;
    Bytes told;
    for (const Share& share : shares_of(ledger)) {
        if (share.bytes == Bytes() || told.value() >= ledger.rss.value() / 10 * 9) break;
        parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", share.name,
                             amount_with_share(share.bytes, ledger.rss));
        told += share.bytes;
    }
    finding.title =
        fmt::format("Nothing wrong: RSS is explained by {}", parts.empty() ? "nothing resident" : parts);
    finding.evidence.push_back(fmt::format("{} of {} resident have an owner.",
                                           human(minus_or_zero(ledger.rss, ledger.unexplained)),
                                           human(ledger.rss)));
    finding.refuted_by =
        "RSS that grows on while load does not: nmtx record PID -o FILE.db for some hours, then nmtx trend "
        "FILE.db.";
    return finding;
}

}  // namespace nmtx
