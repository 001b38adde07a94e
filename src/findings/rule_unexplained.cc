// Resident memory that nothing names: which mappings, and what would name them.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes least = mib(4);
constexpr std::size_t shown = 3;

std::string rights(const Protection& protection) {
    return fmt::format("{}{}{}{}", protection.read ? 'r' : '-', protection.write ? 'w' : '-',
                       protection.execute ? 'x' : '-', protection.shared ? 's' : 'p');
}

// The largest pieces without an owner.
std::vector<const Piece*> largest(const Ledger& ledger) {
    std::vector<const Piece*> pieces;
    for (const Piece& piece : ledger.pieces) {
        if (piece.claim.owner == unexplained_owner && piece.resident != Bytes()) pieces.push_back(&piece);
    }
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece* a, const Piece* b) { return a->resident > b->resident; });
    return pieces;
}

void add_pieces(Finding& finding, const FindingInput& input) {
    const std::vector<const Piece*> pieces = largest(input.ledger);
    bool code = false;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (!input.view.smaps || pieces[i]->mapping >= input.view.smaps->mappings.size()) continue;
        const Mapping& mapping = input.view.smaps->mappings[pieces[i]->mapping];
        code = code || mapping.protection.execute;
        if (i >= shown) continue;
        const Range range = pieces[i]->range;
        finding.evidence.push_back(fmt::format("smaps: {:x}-{:x} {}{}{}: {} resident of {}.",
                                               range.begin.value, range.end.value, rights(mapping.protection),
                                               mapping.name.empty() ? "" : " ", printable(mapping.name),
                                               human(pieces[i]->resident), human(range.size())));
        finding.remedies.push_back(
            {i == 0 ? "Look into it" : "", fmt::format("nmtx peek PID 0x{:x}", range.begin.value)});
    }
    if (pieces.size() > shown)
        finding.evidence.push_back(fmt::format("And {} smaller ones.", pieces.size() - shown));
    if (code)
        finding.evidence.emplace_back(
            "Anonymous memory that can be executed is code that a library or an agent has generated.");
}

}  // namespace

std::vector<Finding> unexplained(const FindingInput& input) {
    const Bytes nobodys = input.ledger.unexplained;
    if (nobodys < least || nobodys.value() < input.ledger.rss.value() / 200) return {};
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} of RSS have no known owner", human(nobodys));
    finding.bytes = nobodys;
    finding.outside_nmt = input.view.nmt_map.has_value() || input.view.system_map.has_value();
    add_pieces(finding, input);
    const std::string level = input.view.nmt_level();
    if (input.view.vm == Vm::hotspot && !input.view.nmt_map && !input.view.system_map)
        finding.remedies.push_back(
            {"Let the JVM name its own memory: restart with", "-XX:NativeMemoryTracking=detail"});
    finding.remedies.push_back({"See what lies beside it", "nmtx PID --maps"});
    finding.refuted_by =
        "An owner for these ranges in another source: a library's own statistics, perf's map of generated "
        "code, a trace of mmap.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
