// A Java heap that may grow to the limit of its container, or beyond, leaving nothing for other memory.
#include <fmt/format.h>

#include "base/printable.h"
#include "findings/figures/memory_options.h"
#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// Beside its heap a small JVM takes some 100 MiB: metaspace, code cache, stacks, GC, malloc.
bool leaves_too_little(Bytes heap, Bytes limit) {
    return heap.value() > limit.value() / 100 * 90;
}

Finding finding_of(const std::string& what, Bytes heap, Bytes limit) {
    Finding finding;
    finding.severity = heap >= limit ? Severity::problem : Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes = heap;
    finding.resident = false;
    finding.title = fmt::format("Java heap may grow to {}, {} % of the memory limit of {}", human(heap),
                                percent(heap, limit), human(limit));
    finding.evidence.push_back(what);
    finding.evidence.emplace_back(
        "Metaspace, code cache, thread stacks, GC and native memory come on top of the heap.");
    finding.remedies.push_back(
        {"Find a heap that fits the limit", fmt::format("nmtx fit PID --limit {}", limit.value())});
    finding.remedies.push_back({"Restart with a share of the limit as the heap", "-XX:MaxRAMPercentage=70"});
    finding.refuted_by = "the heap is never filled (untouched memory is not charged)";
    return finding;
}

}  // namespace

std::vector<Finding> heap_above_limit(const PastedEvidence& evidence) {
    std::vector<Finding> findings;
    if (const auto& settings = evidence.documents.settings;
        settings && settings->max_heap && settings->memory.bytes &&
        leaves_too_little(*settings->max_heap, *settings->memory.bytes))
        findings.push_back(finding_of(fmt::format("-XshowSettings: heap {}, memory limit {}.",
                                                  human(*settings->max_heap), human(*settings->memory.bytes)),
                                      *settings->max_heap, *settings->memory.bytes));
    for (const ContainerReport& report : evidence.documents.containers) {
        for (const ContainerState& container : report.containers) {
            const auto heap = heap_of_options(container.options, container.limit);
            constexpr std::size_t most = 5;
            if (!heap || !container.limit || findings.size() == most ||
                !leaves_too_little(heap->bytes, *container.limit))
                continue;
            findings.push_back(
                finding_of(fmt::format("Container {}: {}, limit {}.", printable(container.name),
                                       printable(heap->option), human(*container.limit)),
                           heap->bytes, *container.limit));
        }
    }
    return findings;
}

}  // namespace nmtx::rule
