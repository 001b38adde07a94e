// RSS is less than NMT's committed: memory that was committed and never touched, mostly Java heap.
#include <fmt/format.h>

#include <algorithm>

#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes untouched_commit_least = mib(8);

}  // namespace

// By ranges, never total less total: what is committed of the heap against what is resident of that very
// memory.
std::vector<Finding> untouched_commit(const FindingInput& input) {
    const Ledger& ledger = input.ledger;
    if (!ledger.gap.classic || ledger.gap.classic->value >= 0) return {};
    const CategoryRow* const heap = ledger.category("Java Heap");
    if (heap == nullptr) return {};
    const Bytes views = ledger.mapped_again;  // of ZGC: the same pages once more
    const Bytes resident = minus_or_zero(ledger.resident_maybe_of(owner_path::java_heap), views);
    if (resident == Bytes()) return {};  // its place is not known
    const Bytes untouched = minus_or_zero(heap->mmap_committed, resident);
    if (untouched < untouched_commit_least) return {};
    Finding finding;
    finding.confidence = Confidence::high;
    finding.bytes = untouched;
    finding.resident = false;
    finding.title = fmt::format(
        "{} of the Java heap is committed but not resident, so RSS minus committed is negative ({} MiB)",
        human(untouched), in_mib(*ledger.gap.classic));
    finding.evidence.push_back(fmt::format("Java heap: {} committed (NMT), {} resident (smaps).",
                                           human(heap->mmap_committed), human(resident)));
    if (input.view.options && input.view.options->pretouch)
        finding.evidence.emplace_back(
            "-XX:+AlwaysPreTouch is set: the heap was touched, then returned or swapped out.");
    const bool limited = input.container != nullptr && input.container->figures.limit.has_value();
    // Any limit serves: the answer names the one that the whole heap needs.
    const std::uint64_t gibibytes = (ledger.rss_true() + untouched).value() / mib(1024).value() + 1;
    finding.remedies = {
        {"Plan the memory limit for the whole heap, which becomes resident as it is used",
         limited ? std::string("nmtx fit PID") : fmt::format("nmtx fit PID --limit {}GiB", gibibytes)}};
    finding.refutes = Refutes::claim;
    finding.refuted_by = "RSS minus committed stays negative after the whole heap has been used";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
