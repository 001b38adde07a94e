// What RSS does not show of a process: pages that are swapped out, and huge pages of hugetlb.
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
        "Its cgroup: {} of {} charged{}.", human(*figures.current), human(*figures.limit),
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
    finding.title = fmt::format("{} are swapped out: RSS shows {} of {}", human(use.swapped),
                                human(input.ledger.rss), human(all));
    finding.bytes = use.swapped;
    finding.resident = false;
    finding.evidence.push_back(fmt::format("status and smaps: VmSwap {} beside RSS {}.", human(use.swapped),
                                           human(input.ledger.rss)));
    if (use.of_heap != Bytes())
        finding.evidence.push_back(
            fmt::format("Of it {} in the Java heap: a collection reads them back, page by page, while the "
                        "program waits.",
                        human(use.of_heap)));
    add_limits(finding, input);
    finding.remedies = {{"Leave the JVM room: a smaller heap, or a larger limit", "nmtx fit PID"},
                        {"Let the kernel take page cache first", "sysctl vm.swappiness=1"}};
    finding.refuted_by =
        "Swapped pages that are never read again (si of vmstat stays 0 through a full collection): then they "
        "cost nothing.";
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
    finding.title =
        fmt::format("{} lie in huge pages (hugetlb), which RSS does not count: the process holds {}",
                    human(huge), human(all));
    finding.bytes = huge;
    finding.resident = false;
    finding.evidence.push_back(fmt::format("status and smaps: HugetlbPages {} beside RSS {}.", human(huge),
                                           human(input.ledger.rss)));
    if (input.view.vm_flags && input.view.vm_flags->is_on("UseLargePages"))
        finding.evidence.emplace_back("VM.flags: -XX:+UseLargePages.");
    finding.evidence.emplace_back(
        "The pool of the machine (vm.nr_hugepages) has them, used or not; the memory limit of a cgroup "
        "leaves them out unless it is mounted with memory_hugetlb_accounting.");
    finding.refuted_by = "HugePages_Free of /proc/meminfo that does not rise when the process ends.";
    return {std::move(finding)};
}

}  // namespace

std::vector<Finding> swap_hugetlb(const FindingInput& input) {
    std::vector<Finding> findings = of_swap(input);
    for (Finding& finding : of_hugetlb(input)) findings.push_back(std::move(finding));
    return findings;
}

}  // namespace nmtx::rule
