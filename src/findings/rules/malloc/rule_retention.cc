// Memory that the program has freed and glibc has not given back: not a leak, and not counted by NMT.
#include <fmt/format.h>

#include "findings/figures/freed_memory.h"
#include "findings/figures/growth.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes retention_least = mib(16);
constexpr Bytes retention_much = mib(32);

}  // namespace

std::vector<Finding> retention(const FindingInput& input) {
    const auto& parts = input.ledger.malloc.parts;
    const MallocWalk* const walk = input.view.walk();
    if (!parts || walk == nullptr) return {};
    if (parts->free < retention_least || parts->free.value() < input.ledger.rss.value() / 10) return {};
    if (kept_in_many_arenas(input)) return {};  // the same bytes are reported with the number of arenas
    Finding finding;
    finding.severity = parts->free < retention_much ? Severity::note : Severity::warning;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} freed but retained by glibc (not a leak)", human(parts->free));
    finding.bytes = parts->free;
    finding.outside_nmt = true;
    const FreePlaces places = free_places(*walk);
    finding.evidence.push_back(fmt::format("Freed chunks in {}: {} resident of the {} that malloc holds.",
                                           counted(walk->arenas.size(), "arena", "arenas"),
                                           human(parts->free), human(parts->whole)));
    finding.evidence.push_back(
        fmt::format("Freed memory: {} between blocks in use, {} at the ends of arenas, {} in thread "
                    "caches.",
                    human(places.bins), human(places.main_top + places.other_tops), human(places.caches)));
    if (const auto trim = given_back(*walk).trim)
        finding.evidence.push_back(fmt::format(
            "A trim returns whole free pages and the end of the main arena: about {}.", human(*trim)));
    const OwnerTrend* const row = trend_of_series(input.history, {Series::malloc_free_kept});
    if (row != nullptr && row->verdict == Verdict::retention) {
        finding.severity = Severity::warning;
        finding.evidence.push_back(growth_sentence(*row));
    }
    add_remedies_for_freed_memory(finding, input);
    finding.refutes = Refutes::claim;
    finding.refuted_by =
        "RSS stays the same after a trim (the chunks were in use again, or share their pages)";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
