// jemalloc holds far more resident than the program has allocated: fragmentation, or freed pages not yet
// returned.
#include <fmt/format.h>

#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

void add_remedies(Finding& finding, const JemallocStats& stats, Bytes fragments, Bytes unreturned) {
    if (unreturned > fragments || stats.dirty_decay_ms.value_or(0) < 0)
        finding.remedies.push_back(
            {"Restart with a jemalloc thread that returns freed pages sooner",
             "MALLOC_CONF=background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0"});
    if (fragments >= unreturned)
        finding.remedies.push_back({"Restart with fewer arenas (less fragmentation)",
                                    "MALLOC_CONF=narenas:2,background_thread:true"});
    finding.remedies.push_back({"Restart with profiling, then find the callers with jeprof --text",
                                "MALLOC_CONF=prof:true,lg_prof_interval:30,lg_prof_sample:17"});
}

}  // namespace

std::vector<Finding> jemalloc(const PastedEvidence& evidence) {
    const auto& stats = evidence.documents.jemalloc;
    if (!stats) return {};
    // Until release 4 there is no "resident": active pages are the least that is.
    const std::optional<Bytes> resident = stats->resident ? stats->resident : stats->active;
    if (!resident) return {};
    const Bytes idle = minus_or_zero(*resident, stats->allocated);
    if (idle < mib(64) || idle.value() < resident->value() / 10 * 3) return {};
    const Bytes fragments = minus_or_zero(stats->active.value_or(stats->allocated), stats->allocated);
    const Bytes metadata = stats->metadata.value_or(Bytes());
    const Bytes unreturned = minus_or_zero(*resident, stats->allocated + fragments + metadata);
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes = idle;
    finding.resident = false;
    finding.title =
        fmt::format("{} of jemalloc's {} resident is not allocated: {}", amount_with_share(idle, *resident),
                    human(*resident), fragments >= unreturned ? "fragmentation" : "freed but retained");
    finding.evidence.push_back(
        fmt::format("Allocated {}{}.", human(stats->allocated),
                    stats->active ? fmt::format(", in pages that hold {}", human(*stats->active)) : ""));
    if (fragments != Bytes())
        finding.evidence.push_back(fmt::format(
            "{} is fragmentation: free pieces of pages in use (active minus allocated).", human(fragments)));
    if (unreturned != Bytes())
        finding.evidence.push_back(fmt::format(
            "{} is freed pages that are still resident{}; metadata takes {}.", human(unreturned),
            stats->dirty ? fmt::format(" (dirty: {})", human(*stats->dirty)) : "", human(metadata)));
    if (stats->dirty_decay_ms.value_or(0) < 0)
        finding.evidence.emplace_back("dirty_decay_ms is -1: freed pages are never returned.");
    if (stats->retained && *stats->retained != Bytes())
        finding.evidence.push_back(
            fmt::format("\"retained\", {}, is address space without pages and not part of RSS.",
                        human(*stats->retained)));
    add_remedies(finding, *stats, fragments, unreturned);
    finding.refuted_by =
        "the statistics fall a minute after a load peak (freed pages decay in 10 s by "
        "default)";
    return {finding};
}

}  // namespace nmtx::rule
