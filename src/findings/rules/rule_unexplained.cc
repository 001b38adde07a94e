// Resident memory that nothing names: which mappings, and what would name them.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/figures/native_libraries.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes unexplained_least = mib(4);
constexpr std::uint64_t percent_of_warning = 5;
constexpr std::size_t shown_ranges = 3;

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
        if (i >= shown_ranges) continue;
        const Range range = pieces[i]->range;
        finding.evidence.push_back(fmt::format("smaps: {:x}-{:x} {}{}{}: {} resident of {}.",
                                               range.begin.value, range.end.value, mapping.protection.text(),
                                               mapping.name.empty() ? "" : " ", printable(mapping.name),
                                               human(pieces[i]->resident), human(range.size())));
        finding.remedies.push_back(
            {i == 0 ? "Look into it" : "", fmt::format("nmtx peek PID 0x{:x}", range.begin.value)});
    }
    if (pieces.size() > shown_ranges)
        finding.evidence.push_back(fmt::format("And {} smaller ones.", pieces.size() - shown_ranges));
    if (code)
        finding.evidence.emplace_back(
            "Anonymous memory that can be executed is code that a library or an agent has generated.");
}

// A HotSpot that has told nothing of where its areas are.
bool is_silent(const ProcessView& view) {
    return view.vm == Vm::hotspot && !view.nmt && !view.vm_info && !view.heap_info && !view.system_map;
}

// Libraries that map memory by themselves, past malloc.
void add_next_steps(Finding& finding, const ProcessView& view) {
    if (is_silent(view))
        finding.evidence.emplace_back("The JVM was not asked, or did not answer: a part may be its own.");
    if (view.vm == Vm::hotspot && restart_gives_addresses(view))
        finding.remedies.push_back(
            {"Let the JVM name its own memory: restart with", "-XX:NativeMemoryTracking=detail"});
    const std::vector<std::string_view> libraries = foreign_libraries(view);
    if (!libraries.empty())
        finding.evidence.push_back(fmt::format("Native libraries that may map memory themselves: {} (smaps).",
                                               library_list(libraries)));
    finding.remedies.push_back({"See what lies beside it", "nmtx PID --maps"});
    finding.remedies.push_back(
        {"See who maps memory, from now on", "perf trace -e mmap,mremap --call-graph dwarf -p PID"});
}

}  // namespace

std::vector<Finding> unexplained(const FindingInput& input) {
    const Bytes nobodys = input.ledger.unexplained;
    if (nobodys < unexplained_least || nobodys.value() < input.ledger.rss.value() / 200) return {};
    Finding finding;
    // A JVM that did not answer may own it itself.
    const bool unexplained_much = nobodys.value() >= input.ledger.rss.value() / 100 * percent_of_warning;
    if (unexplained_much && !is_silent(input.view)) finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} of RSS has no known owner: no document and no library names it",
                                amount_with_share(nobodys, input.ledger.rss));
    finding.bytes = nobodys;
    finding.outside_nmt = input.view.nmt_map.has_value() || input.view.system_map.has_value();
    add_pieces(finding, input);
    add_next_steps(finding, input.view);
    finding.refuted_by =
        "An owner for these ranges in another source: a library's own statistics, perf's map of generated "
        "code, a trace of mmap.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
