// Memory of a process that RSS does not show: swapped pages, and hugetlb pages.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes swap_hugetlb_least = mib(16);
constexpr Bytes swap_hugetlb_much = mib(64);

struct SwapUse {
    Bytes swapped, of_heap, heap_resident;
};

// By mappings: one that the Java heap shares with others counts as what most of it is.
SwapUse swap_of(const FindingInput& input) {
    SwapUse use;
    if (input.view.smaps) use.swapped = input.view.smaps->swap;
    if (input.view.status && input.view.status->vm_swap)
        use.swapped = std::max(use.swapped, *input.view.status->vm_swap);
    use.heap_resident = input.ledger.resident_of(owner_path::java_heap);
    if (!input.view.smaps) return use;
    std::map<std::uint32_t, Bytes> heap_in;
    for (const Piece& piece : input.ledger.pieces) {
        if (input.ledger.owners.path(piece.claim.owner) == owner_path::java_heap)
            heap_in[piece.mapping] += piece.range.size();
    }
    for (const auto& [index, bytes] : heap_in) {
        if (index >= input.view.smaps->mappings.size()) continue;
        const Mapping& mapping = input.view.smaps->mappings[index];
        if (bytes.value() > mapping.range.size().value() / 2) use.of_heap += mapping.swap;
    }
    return use;
}

// Where the swap is, and what sends it there.
void add_limits(Finding& finding, const FindingInput& input) {
    if (input.container == nullptr || !input.container->figures.limit) return;
    const CgroupMemory& figures = input.container->figures;
    finding.evidence.push_back(fmt::format(
        "cgroup: memory usage {} of {}{}.", human(*figures.current), human(*figures.limit),
        figures.swap_current ? fmt::format(", {} swapped out", human(*figures.swap_current)) : ""));
}

std::vector<Finding> of_swap(const FindingInput& input) {
    const SwapUse use = swap_of(input);
    const Bytes all = input.ledger.rss + use.swapped;
    if (use.swapped < swap_hugetlb_least || use.swapped.value() < all.value() / 100) return {};
    Finding finding;
    const bool large = use.swapped >= swap_hugetlb_much && use.swapped.value() >= all.value() / 4;
    const bool large_of_heap = use.of_heap >= swap_hugetlb_much &&
                               use.of_heap.value() >= (use.of_heap + use.heap_resident).value() / 10;
    finding.severity = large || large_of_heap ? Severity::warning : Severity::note;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} swapped out: RSS shows {} of {}", human(use.swapped),
                                human(input.ledger.rss), human(all));
    finding.bytes = use.swapped;
    finding.resident = false;
    finding.evidence.push_back(
        fmt::format("VmSwap {}, RSS {} (status, smaps).", human(use.swapped), human(input.ledger.rss)));
    if (use.of_heap != Bytes())
        finding.evidence.push_back(
            fmt::format("{} of the swapped memory is Java heap: a GC reads it back page by page while the "
                        "program waits.",
                        human(use.of_heap)));
    add_limits(finding, input);
    const bool limited = input.container != nullptr && input.container->figures.limit.has_value();
    if (limited) finding.remedies.push_back({"Find a heap that fits the limit", "nmtx fit PID"});
    finding.remedies.push_back(
        {"Make the kernel reclaim page cache first, as root", "sysctl vm.swappiness=1"});
    if (!limited) finding.remedies.push_back({"Leave the JVM room: use a smaller heap", ""});
    finding.refuted_by = "the pages are never read again (si in vmstat stays 0 through a full GC)";
    return {std::move(finding)};
}

std::vector<Finding> of_hugetlb(const FindingInput& input) {
    Bytes huge;
    if (input.view.smaps) huge = input.view.smaps->hugetlb;
    if (input.view.status && input.view.status->hugetlb_pages)
        huge = std::max(huge, *input.view.status->hugetlb_pages);
    const Bytes all = input.ledger.rss + huge;
    if (huge < swap_hugetlb_least || huge.value() < all.value() / 50) return {};
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} in huge pages (hugetlb), not counted in RSS: the process holds {}",
                                human(huge), human(all));
    finding.bytes = huge;
    finding.resident = false;
    finding.evidence.push_back(
        fmt::format("HugetlbPages {}, RSS {} (status, smaps).", human(huge), human(input.ledger.rss)));
    if (input.view.vm_flags && input.view.vm_flags->is_on("UseLargePages"))
        finding.evidence.emplace_back("-XX:+UseLargePages is on (VM.flags).");
    finding.evidence.emplace_back(
        "They come from the machine's pool (vm.nr_hugepages), used or not. A cgroup's limit "
        "excludes them unless mounted with memory_hugetlb_accounting.");
    finding.refutes = Refutes::claim;
    finding.refuted_by = "HugePages_Free in /proc/meminfo does not rise when the process ends";
    return {std::move(finding)};
}

}  // namespace

std::vector<Finding> swap_hugetlb(const FindingInput& input) {
    std::vector<Finding> findings = of_swap(input);
    for (Finding& finding : of_hugetlb(input)) findings.push_back(std::move(finding));
    return findings;
}

}  // namespace nmtx::rule
