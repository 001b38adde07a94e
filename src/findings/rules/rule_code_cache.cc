// The code cache near its limit: then compilers stop, or discard code that they will compile again.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr std::uint64_t nearly_percent = 90;

bool nearly(Bytes used, Bytes size) {
    return size > Bytes() && used.value() / nearly_percent >= size.value() / 100;
}

struct CodeCacheUse {
    Bytes size, used;
    bool committed_only = false;            // only NMT's committed figure: JDK 8 has no other
    std::vector<const CodeHeap*> segments;  // that are nearly full
};

std::optional<CodeCacheUse> use_of(const ProcessView& view) {
    CodeCacheUse use;
    if (view.code_heaps) {
        for (const CodeHeap& heap : *view.code_heaps) {
            if (!heap.size) continue;
            const Bytes used = std::max(heap.used.value_or(Bytes()), heap.max_used.value_or(Bytes()));
            use.size += *heap.size;
            use.used += heap.used.value_or(Bytes());
            if (nearly(used, *heap.size)) use.segments.push_back(&heap);
        }
        return use.size > Bytes() ? std::optional(use) : std::nullopt;
    }
    const auto reserved = view.vm_flags ? view.vm_flags->size("ReservedCodeCacheSize") : std::nullopt;
    const NmtCategory* const code = view.nmt ? view.nmt->find("Code") : nullptr;
    if (!reserved || code == nullptr) return std::nullopt;
    use.size = *reserved;
    use.used = std::min(code->mmap_committed, use.size);
    use.committed_only = true;
    return use;
}

std::string segments_text(const CodeCacheUse& use) {
    std::string text;
    for (const CodeHeap* heap : use.segments)
        text += fmt::format("{}{} {} of {} (peak {})", text.empty() ? "" : "; ", printable(heap->name),
                            human(heap->used.value_or(Bytes())), human(*heap->size),
                            human(heap->max_used.value_or(Bytes())));
    return text;
}

}  // namespace

std::vector<Finding> code_cache(const FindingInput& input) {
    const auto use = use_of(input.view);
    if (!use) return {};
    const CodeCacheState& state = input.view.code_cache_state;
    const std::uint64_t full_count = state.full_count.value_or(0);
    const bool full = state.out_of_space || full_count > 0;
    if (!full && !nearly(use->used, use->size) && use->segments.empty()) return {};
    Finding finding;
    if (full || nearly(use->used, use->size)) finding.severity = Severity::warning;
    finding.confidence = use->committed_only ? Confidence::medium : Confidence::high;
    finding.title = state.out_of_space ? std::string("Code cache full: compilation is disabled")
                    : full             ? std::string("Code cache has been full")
                    : nearly(use->used, use->size)
                        ? fmt::format("Code cache nearly full: {} of {}", human(use->used), human(use->size))
                    : input.view.code_heaps->size() == 1
                        ? std::string("Code cache has been nearly full")
                        : std::string("One code cache segment is nearly full");
    finding.bytes = use->used;
    finding.evidence.push_back(fmt::format("{} {} of {} ({} %), from {}.",
                                           use->committed_only ? "Committed" : "Used", human(use->used),
                                           human(use->size), percent(use->used, use->size),
                                           use->committed_only ? "NMT and VM.flags" : "Compiler.codecache"));
    if (!use->segments.empty()) finding.evidence.push_back(segments_text(*use) + ".");
    if (full_count > 0)
        finding.evidence.push_back(fmt::format("Found full {} time{} (full_count).", grouped(full_count),
                                               full_count == 1 ? "" : "s"));
    if (state.out_of_space)
        finding.evidence.push_back("Compilation: disabled (not enough contiguous free space left).");
    const std::uint64_t larger = std::max<std::uint64_t>(32, use->size.value() / 1024 / 1024 * 2);
    finding.remedies.push_back({"Restart with a larger code cache (memory is used only as it fills)",
                                fmt::format("-XX:ReservedCodeCacheSize={}m", larger)});
    finding.remedies.push_back(
        {"See what fills it", input.view.code_heaps ? "jcmd PID Compiler.codecache" : ""});
    if (finding.remedies.back().command.empty()) finding.remedies.pop_back();
    finding.refuted_by = "usage stays constant for days";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
